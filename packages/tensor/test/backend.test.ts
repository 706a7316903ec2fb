import { createSimdEngine, linear, onHeap, softmax, Tensor } from "@tsgpt/tensor";
import { expect, test } from "vitest";

test("onHeap runs the engine's kernels and takes none of its memory for results", () => {
  const engine = createSimdEngine({ threads: 1 });
  const x = Tensor.from([[1, 2, 3]]);
  const before = engine.memory?.availableBytes;
  const y = softmax(x, onHeap(engine));
  expect(engine.memory?.availableBytes).toBe(before);
  expect(y.toArray()).toEqual(softmax(x, engine).toArray());
  expect(engine.memory?.availableBytes).toBe((before as number) - 64); // a result in the engine's memory takes a cache line at least
  const identity = Tensor.from([
    [1, 0],
    [0, 1],
  ]);
  expect(linear(identity, identity, undefined, onHeap(engine)).toArray()).toEqual(identity.toArray());
  engine.dispose();
  expect(y.toArray()).toHaveLength(1);
  expect(() => onHeap(engine)).toThrow("disposed");
});
