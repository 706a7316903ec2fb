/** Runs a batch with a queue in a process of its own: its argument is the batch, as JSON. */
import { runBatch } from "../dist/index.js";

const batch = JSON.parse(process.argv[2]);
const module = new URL("./echo-worker.js", import.meta.url);
const controller = new AbortController();
const { signal } = controller;
process.on("SIGINT", () => controller.abort());
const onNote = (note) => process.stderr.write(`${note}\n`);
try {
  const { queue } = batch;
  const run = { part: { index: 0, count: 1 }, workers: 1, shardBytes: 8, ...batch, module, signal, onNote };
  const { isStopped } = await runBatch({ ...run, queue: queue && { ...queue, onNote } });
  if (isStopped) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
