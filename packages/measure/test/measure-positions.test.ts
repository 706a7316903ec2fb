/** The time of one token at each position, on a clock of the test's own: no timing is tested. */
import { afterEach, expect, test, vi } from "vitest";
import { tinyModel } from "../../gpt/test/tiny-model.ts";
import { measurePositions } from "../src/measure-positions.ts";

const model = tinyModel(); // 3 layers
const positions = [1, 2, 9, 24];

afterEach(() => vi.restoreAllMocks());

/** Each reading of the clock is a millisecond after the last, but in those from `from` to `to` a second. */
function clock(from = 0, to = 0): void {
  let readings = 0;
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => {
    readings++;
    now += readings >= from && readings < to ? 1000 : 1;
    return now;
  });
}

test("with a cache a position is one step, without a pass over all tokens, timed layer by layer", async () => {
  clock();
  const cached = await measurePositions(model, positions, { useCache: true, runs: 1 });
  expect(cached).toEqual(positions.map((position) => ({ position, milliseconds: 1 })));
  const uncached = await measurePositions(model, positions, { useCache: false, runs: 1 });
  // 3 layers, and the head: 4 readings of a millisecond each; a single token is not divided
  expect(uncached.map(({ milliseconds }) => milliseconds)).toEqual([1, 4, 4, 4]);
});

test.each([true, false])("a disturbance across several passes reaches no median, useCache %s", async (useCache) => {
  clock(10, 24);
  const times = await measurePositions(model, positions, { useCache, runs: 3 });
  expect(Math.max(...times.map(({ milliseconds }) => milliseconds))).toBeLessThan(5);
});

test("every measurement is announced, positions times runs", async () => {
  const seen: string[] = [];
  const onPosition = (done: number, count: number) => void seen.push(`${done} of ${count}`);
  await measurePositions(model, [3, 5], { useCache: true, runs: 2, onPosition });
  expect(seen).toEqual(["1 of 4", "2 of 4", "3 of 4", "4 of 4"]);
});
