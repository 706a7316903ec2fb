/**
 * Preloaded into a process of `tsgpt batch` and its worker threads: appends the name and the time of each synchronous
 * file operation on the output folder to the file of WATCH_FILES.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const NAMES = [
  "mkdirSync",
  "openSync",
  "writeFileSync",
  "fsyncSync",
  "linkSync",
  "rmSync",
  "readdirSync",
  "existsSync",
];

const log = fs.openSync(process.env["WATCH_FILES"] as string, "a");
const folder = process.env["WATCH_FOLDER"] as string;
const operations = fs as unknown as Record<string, (...values: unknown[]) => unknown>;
const { writeSync } = fs;
for (const name of NAMES) {
  const original = operations[name] as (...values: unknown[]) => unknown;
  operations[name] = (...values) => {
    const start = performance.now();
    try {
      return original(...values);
    } finally {
      const milliseconds = performance.now() - start;
      if (typeof values[0] === "number" || String(values[0]).startsWith(folder))
        writeSync(log, `${JSON.stringify({ name, milliseconds })}\n`);
    }
  };
}
syncBuiltinESMExports();
