/** A worker whose answer to a line is the line itself, in reverse order; its data says what it does besides. */
import { appendFileSync, readFileSync } from "node:fs";
import { answerShards } from "../dist/index.js";

/** What Node reports of a thread whose heap is full. */
function outOfHeap() {
  const error = new Error("Worker terminated due to reaching memory limit: JS heap out of memory");
  setImmediate(() => {
    throw Object.assign(error, { code: "ERR_WORKER_OUT_OF_MEMORY" });
  });
  return new Promise(() => {});
}

await answerShards(async ({ digest = "run", settings = {}, log, refuse, digests, delay = 0 }, index) => {
  if (refuse) throw new RangeError(refuse);
  return {
    run: { digest: digests?.[index] ?? digest, settings },
    answer: async (lines, { done, failed }) => {
      for (const [i, line] of [...lines.entries()].reverse()) {
        if (delay > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, delay);
        if (log) appendFileSync(log, `${line}\n`);
        if (line === "hang once" && readFileSync(log, "utf8").split(line).length === 2)
          // its own entry in the log
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
        if (line === "hang") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
        if (line === "exit") process.exit(3);
        if (line === "heap") await outOfHeap();
        if (line === "throw") throw new Error("no answer to this line");
        if (line === "bad") failed(i, JSON.stringify({ input: line, error: "a bad line" }));
        else done(i, JSON.stringify({ input: line }));
      }
    },
  };
});
