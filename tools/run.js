// @ts-check
/**
 * What the scripts of package.json go through: installs what is missing, builds what has changed, then runs a program of
 * this repository, if one is named, in the directory the person stands in. Plain JavaScript, because it runs before
 * anything is built.
 *
 *   node tools/run.js [program.js arguments...]
 *
 * One line on stderr says what is happening; on a terminal it is cleared when that is over.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const terminal = process.stderr.isTTY;
const CLEAR_LINE = "\r\x1b[K";

/** Left in node_modules when an installation has ended well: the digest of the lockfile it installed. */
const marker = resolve(root, "node_modules/.tsgpt-installed");
const lockfile = createHash("sha256")
  .update(readFileSync(resolve(root, "pnpm-lock.yaml")))
  .digest("hex");

/** The pnpm that runs this script; under `npm start` the one that npx finds. @returns {[string, string[]]} */
function pnpm() {
  const path = process.env["npm_execpath"] ?? "";
  if (!/pnpm/.test(path)) return ["npx", ["-y", "pnpm@12"]];
  return /\.[cm]?js$/.test(path) ? [process.execPath, [path]] : [path, []];
}

/**
 * Runs a step of the preparation. A terminal shows `doing` with the seconds; elsewhere it is one line, only where `slow`.
 * Ends this process, with all that the step has printed, if it fails.
 * @param {string} doing
 * @param {[string, string[]]} command
 * @param {boolean} slow
 */
async function step(doing, [file, args], slow) {
  const start = performance.now();
  const show = () => {
    const seconds = Math.round((performance.now() - start) / 1000);
    process.stderr.write(`${CLEAR_LINE}${doing}${seconds > 0 ? ` ${seconds} s` : ""}`);
  };
  if (terminal) show();
  else if (slow) process.stderr.write(`${doing}\n`);
  const timer = terminal && setInterval(show, 1000);
  const child = spawn(file, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], shell: file === "npx" });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (/** @type {string} */ piece) => {
      output += piece;
    });
  }
  /** @type {number | null} */
  const code = await new Promise((done) => child.once("error", () => done(null)).once("close", done));
  if (timer) clearInterval(timer);
  if (terminal) process.stderr.write(CLEAR_LINE);
  if (code === 0) return;
  process.stderr.write(`${output.trimEnd()}\nerror: ${doing.split(" ")[0]} failed: ${file} ${args.join(" ")}\n`);
  process.exit(1);
}

/** @param {[string, string[]]} command @param {string[]} more @returns {[string, string[]]} */
const withArguments = ([file, args], more) => [file, [...args, ...more]];

if (!existsSync(marker) || readFileSync(marker, "utf8") !== lockfile) {
  await step("installing packages, once; this takes about 20 seconds ...", withArguments(pnpm(), ["install"]), true);
  writeFileSync(marker, lockfile);
}
const tsc = resolve(root, "node_modules/typescript/bin/tsc");
const built = existsSync(resolve(root, "packages/cli/dist/main.js"));
await import("../packages/tensor/build-kernels.js");
await step("building ...", [process.execPath, [tsc, "-b"]], !built);

const [program, ...args] = process.argv.slice(2);
if (program !== undefined) {
  const path = resolve(root, program);
  process.argv = [process.execPath, path, ...args];
  if (process.env["INIT_CWD"]) process.chdir(process.env["INIT_CWD"]);
  await import(pathToFileURL(path).href);
}
