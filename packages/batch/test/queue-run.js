/** Runs a batch with a queue in a process of its own: its argument is the batch, as JSON. */
import { runBatch } from "../dist/index.js";

const batch = JSON.parse(process.argv[2]);
const module = new URL("./echo-worker.js", import.meta.url);
const { signal } = new AbortController();
try {
  await runBatch({ part: { index: 0, count: 1 }, workers: 1, shardBytes: 8, ...batch, module, signal });
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
