import { Arena, referenceEngine } from "@tsgpt/tensor";
import fc from "fast-check";
import { expect, test } from "vitest";

function countingArena() {
  const sizes: number[] = [];
  const arena = new Arena(referenceEngine.kernels, (size) => {
    sizes.push(size);
    return new Float32Array(size);
  });
  return { arena, sizes };
}

test("after a release the same shapes get the same Tensor objects: a warm pass allocates nothing", () => {
  const { arena, sizes } = countingArena();
  const pass = () => [arena.allocate([2, 3]), arena.allocate([4])];
  const first = pass();
  arena.release(0);
  const second = pass();
  expect(second[0]).toBe(first[0]);
  expect(second[1]).toBe(first[1]);
  expect(sizes).toEqual([6, 4]);
});

test("a smaller shape takes the slot's memory under a new Tensor, a larger one new memory", () => {
  const { arena, sizes } = countingArena();
  const large = arena.allocate([4, 4]);
  arena.release(0);
  const small = arena.allocate([2, 4]);
  expect(small.data.buffer).toBe(large.data.buffer);
  arena.release(0);
  arena.allocate([5, 4]);
  expect(sizes).toEqual([16, 20]);
});

test("a larger shape frees the slots after it, too, but none in use", () => {
  const freed: number[] = [];
  const arena = new Arena(
    referenceEngine.kernels,
    (size) => new Float32Array(size),
    ({ length }) => freed.push(length),
  );
  const used = arena.allocate([1]);
  const mark = arena.mark();
  for (const size of [2, 3, 4]) arena.allocate([size]);
  arena.release(mark);
  arena.allocate([5]);
  expect(freed).toEqual([2, 3, 4]);
  expect(arena.bytes).toBe(4 * (1 + 5));
  arena.release(0);
  expect(arena.allocate([1])).toBe(used);
});

test("a slot that shrank grows back into its memory", () => {
  const { arena, sizes } = countingArena();
  for (const rows of [8, 1, 8]) {
    arena.release(0);
    arena.allocate([rows, 2]);
  }
  expect(sizes).toEqual([16]);
});

test("releasing to a mark frees what came after it alone", () => {
  const { arena } = countingArena();
  const kept = arena.allocate([2]);
  const mark = arena.mark();
  const freed = arena.allocate([2]);
  arena.release(mark);
  const next = arena.allocate([2]);
  expect(next).toBe(freed);
  expect(next).not.toBe(kept);
});

test("bytes counts all memory held, in use or not", () => {
  const { arena } = countingArena();
  arena.allocate([2, 3]);
  arena.allocate([4]);
  arena.release(0);
  expect(arena.bytes).toBe(4 * (6 + 4));
});

test("an operation given an arena has its result there", () => {
  const { arena } = countingArena();
  const slot = arena.allocate([2]);
  arena.release(0);
  expect(arena.allocate([2])).toBe(slot);
  expect(arena.kernels).toBe(referenceEngine.kernels);
});

test("no two tensors in use share memory, whatever is allocated and released in whatever order", () => {
  const shape = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 });
  const step = fc.oneof(fc.record({ shape }), fc.record({ back: fc.nat(5) }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { arena } = countingArena();
      const live: { data: Float32Array; value: number }[] = [];
      steps.forEach((taken, value) => {
        if ("shape" in taken) {
          const { data } = arena.allocate(taken.shape);
          data.fill(value);
          live.push({ data, value });
        } else {
          const mark = Math.max(0, live.length - taken.back); // every allocation is one slot
          arena.release(mark);
          live.length = mark;
        }
        for (const { data, value } of live) expect(data.every((element) => element === value)).toBe(true);
      });
    }),
  );
});
