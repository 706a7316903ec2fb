/** A worker whose answer to a line is the line itself, in reverse order; its data says what it does besides. */
import fs, { appendFileSync, readFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { answerShards } from "../dist/index.js";

/** What Node reports of a thread whose heap is full. */
function outOfHeap() {
  const error = new Error("Worker terminated due to reaching memory limit: JS heap out of memory");
  setImmediate(() => {
    throw Object.assign(error, { code: "ERR_WORKER_OUT_OF_MEMORY" });
  });
  return new Promise(() => {});
}

function wait(milliseconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** Has this thread stop for ever once it has written its results, before they have their name. */
function hangInWrite(log) {
  fs.fsyncSync = () => {
    appendFileSync(log, "writing\n");
    wait();
  };
  syncBuiltinESMExports();
}

await answerShards(async ({ digest = "run", settings = {}, log, refuse, digests, delay = 0, key = "input" }, index) => {
  if (refuse) throw new RangeError(refuse);
  return {
    run: { digest: digests?.[index] ?? digest, settings },
    answer: async (lines, { done, failed }) => {
      for (const [i, line] of [...lines.entries()].reverse()) {
        if (delay > 0) wait(delay);
        if (log) appendFileSync(log, `${line}\n`);
        if (line === "hang once" && readFileSync(log, "utf8").split(line).length === 2)
          // its own entry in the log
          wait();
        if (line === "hang") wait();
        if (line === "hang in write") hangInWrite(log);
        if (line === "throw meanwhile") {
          while (!readFileSync(log, "utf8").includes("writing")) wait(5);
          throw new Error("no answer to this line");
        }
        if (line === "exit") process.exit(3);
        if (line === "heap") await outOfHeap();
        if (line === "throw") throw new Error("no answer to this line");
        if (line === "bad") failed(i, JSON.stringify({ input: line, error: "a bad line" }));
        else done(i, JSON.stringify({ [key]: line }));
      }
    },
  };
});
