/**
 * Preloaded into a process and its worker threads: kills it just before the operation on the files of KILL_FOLDER that
 * changes something for the KILL_AT-th time, as a crash of the machine between two system calls would.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { getEnvironmentData, isMainThread, setEnvironmentData } from "node:worker_threads";

const NAMES = ["mkdirSync", "openSync", "writeSync", "fsyncSync", "linkSync", "rmSync"];

const folder = process.env.KILL_FOLDER;
if (isMainThread) setEnvironmentData("done", new SharedArrayBuffer(4)); // all threads count together
const done = new Int32Array(getEnvironmentData("done"));
for (const name of NAMES) {
  const original = fs[name];
  fs[name] = (...values) => {
    const isOurs = typeof values[0] === "number" || String(values[0]).startsWith(folder);
    const isReading = name === "openSync" && (values[1] ?? "r") === "r";
    if (isOurs && !isReading && Atomics.add(done, 0, 1) + 1 === Number(process.env.KILL_AT))
      process.kill(process.pid, "SIGKILL");
    return original(...values);
  };
}
syncBuiltinESMExports();
