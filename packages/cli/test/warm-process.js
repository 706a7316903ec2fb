// @ts-check
/** A process that runs one command after another, each sent to it as a message, and answers with what the command printed. */
import { run } from "../dist/run.js";

let stdout = "";
let stderr = "";
process.stdout.write = /** @type {typeof process.stdout.write} */ (catching((text) => (stdout += text)));
process.stderr.write = /** @type {typeof process.stderr.write} */ (catching((text) => (stderr += text)));

/** A stream's write that hands its text over. @param {(text: string) => void} take */
function catching(take) {
  return (/** @type {string | Uint8Array} */ piece, /** @type {unknown[]} */ ...rest) => {
    take(typeof piece === "string" ? piece : Buffer.from(piece).toString("utf8"));
    for (const done of rest) if (typeof done === "function") process.nextTick(done);
    return true;
  };
}

const UNCOLLECTED = 20; // commands whose engines may wait for the garbage collection, which knows nothing of their memory
let count = 0;

process.on("disconnect", () => process.exit());
process.on("message", async (/** @type {{ args: string[], env: Record<string, string> }} */ { args, env }) => {
  const before = { ...process.env };
  Object.assign(process.env, env);
  [stdout, stderr, process.exitCode] = ["", "", undefined];
  const failure = await run(args);
  const code = failure ?? process.exitCode ?? 0;
  process.exitCode = 0;
  for (const name of Object.keys(env)) delete process.env[name];
  Object.assign(process.env, before);
  if (++count % UNCOLLECTED === 0) globalThis.gc?.();
  process.send?.({ code, stdout, stderr });
});
