import fc from "fast-check";
import { expect, test } from "vitest";
import { heapOf } from "../src/tokenizer/heap.ts";

test("what is pushed comes out in order, between pushes too", () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat({ max: 50 }))), (rounds) => {
      const heap = heapOf();
      let left: number[] = [];
      for (const values of rounds) {
        for (const value of values) heap.push(value);
        left = [...left, ...values].sort((a, b) => a - b);
        expect(heap.pop()).toBe(left.shift());
      }
      for (const value of left) expect(heap.pop()).toBe(value);
      expect(heap.pop()).toBeUndefined();
    }),
  );
});
