// @ts-check
/**
 * The scripts of package.json start with this: it installs missing packages, builds what has changed, then runs a program of
 * this repository, if one is given, in the caller's working directory. Plain JavaScript, because it runs before
 * anything is built.
 *
 *   node tools/run.js [program.js arguments...]
 *
 * One line on stderr reports progress; on a terminal it is cleared at the end.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const terminal = process.stderr.isTTY;
const CLEAR_LINE = "\r\x1b[K";

/** Written into node_modules after a successful installation: the digest of its lockfile. */
const marker = resolve(root, "node_modules/.tsgpt-installed");
const lockfile = createHash("sha256")
  .update(readFileSync(resolve(root, "pnpm-lock.yaml")))
  .digest("hex");

/** The pnpm that runs this script; under `npm start` the one that npx finds. @returns {Command} */
function pnpm() {
  const path = process.env["npm_execpath"] ?? "";
  if (!/pnpm/.test(path)) return ["npx", ["-y", "pnpm@12"]];
  return /\.[cm]?js$/.test(path) ? [process.execPath, [path]] : [path, []];
}

/** @typedef {[string, string[]]} Command */

const PATIENCE = 60_000; // milliseconds; an installation usually takes less

/**
 * Runs a preparation step. A terminal shows `doing` with the seconds; elsewhere one line is printed, only if `slow`.
 * If a command fails, prints its output and exits.
 * @param {string} doing
 * @param {Command[]} commands
 * @param {boolean} slow
 */
async function step(doing, commands, slow) {
  const start = performance.now();
  const show = () => {
    const seconds = Math.round((performance.now() - start) / 1000);
    process.stderr.write(`${CLEAR_LINE}${doing}${seconds > 0 ? ` ${seconds} s` : ""}`);
  };
  if (terminal) show();
  else if (slow) process.stderr.write(`${doing}\n`);
  const timer = terminal && setInterval(show, 1000);
  const hint = setTimeout(() => {
    process.stderr.write(`${terminal ? CLEAR_LINE : ""}still ${doing.split(" ")[0]}; is there a network?\n`);
  }, PATIENCE);
  for (const command of commands) {
    const { code, output } = await run(command);
    if (code === 0) continue;
    if (terminal) process.stderr.write(CLEAR_LINE);
    const line = [command[0], ...command[1]].join(" ");
    process.stderr.write(`${output.trimEnd()}\nerror: ${doing.split(" ")[0]} failed: ${line}\n`);
    process.exit(1);
  }
  clearTimeout(hint);
  if (timer) clearInterval(timer);
  if (terminal) process.stderr.write(CLEAR_LINE);
}

/** @param {Command} command @returns {Promise<{ code: number | null, output: string }>} */
function run([file, args]) {
  const child = spawn(file, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], shell: file === "npx" });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (/** @type {string} */ piece) => {
      output += piece;
    });
  }
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: null, output: error.message }));
    child.once("close", (code) => resolve({ code, output }));
  });
}

const tsc = resolve(root, "node_modules/typescript/bin/tsc");
const current = existsSync(marker) && existsSync(tsc) && readFileSync(marker, "utf8") === lockfile;
if (!current) {
  const [file, args] = pnpm();
  await step("installing packages, once; this takes about 20 seconds ...", [[file, [...args, "install"]]], true);
  writeFileSync(marker, lockfile);
}

const outputs = ["packages/tensor/src/kernels/simd/binary.ts", "packages/cli/dist/main.js"];
await step(
  "building ...",
  [
    [process.execPath, [resolve(root, "packages/tensor/build-kernels.js")]],
    [process.execPath, [tsc, "-b"]],
  ],
  !outputs.every((path) => existsSync(resolve(root, path))),
);

const [program, ...args] = process.argv.slice(2);
if (program !== undefined) {
  const path = resolve(root, program);
  process.argv = [process.execPath, path, ...args];
  const from = process.env["INIT_CWD"];
  if (from && existsSync(from)) process.chdir(from);
  await import(pathToFileURL(path).href);
}
