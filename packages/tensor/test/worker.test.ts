/** What a worker does before it takes work. */
import { expect, test } from "vitest";
import { STOP } from "../src/kernels/simd/constants.ts";
import { WORKER } from "../src/kernels/simd/threads/worker.ts";

test("reads the memory's size again once it has instantiated the module: it may have grown in between", () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true });
  new Int32Array(memory.buffer)[STOP / 4] = 1; // it ends before it takes any work
  const done: string[] = [];
  memory.grow = (pages) => done.push(`grow ${pages}`);
  class Instance {
    readonly exports = { work: () => 0 };
    constructor() {
      done.push("instantiate");
    }
  }
  const start = new Function("WebAssembly", `${WORKER}; return start;`)({ Instance });
  start({ module: {}, memory, thread: 1 });
  expect(done).toEqual(["instantiate", "grow 0"]);
});
