import { expect, test } from "vitest";
import { prepared } from "../src/prepared.ts";

test("a value is computed once for each step", () => {
  let calls = 0;
  const sizeOf = prepared(({ ids }: { readonly ids: readonly number[] }) => {
    calls++;
    return ids.length;
  });
  const [step, other] = [{ ids: [1, 2] }, { ids: [1, 2] }];
  expect([sizeOf(step), sizeOf(step), calls]).toEqual([2, 2, 1]);
  expect([sizeOf(other), calls]).toEqual([2, 2]);
});
