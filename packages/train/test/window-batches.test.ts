/** Batches of windows: their order, their epochs, and their continuation. */
import { describe, expect, test } from "vitest";
import { type BatchSource, consecutiveWindows, DataError, windowBatches } from "../src/index.ts";

const stream = (length: number) => Uint16Array.from({ length }, (_, i) => i);

/** The first ids of the sequences of a number of batches. */
async function starts(source: BatchSource, batches: number): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < batches; i++) for (const [start] of toArrays(await source.next())) found.push(start as number);
  return found;
}

const toArrays = (batch: readonly ArrayLike<number>[] | undefined) => (batch ?? []).map((ids) => Array.from(ids));

test("a sequence is T + 1 neighboring ids", async () => {
  const source = windowBatches(stream(21), { context: 4, batchSize: 5 });
  const batch = toArrays(await source.next());
  expect(batch.length).toBe(5);
  for (const ids of batch) expect(ids).toEqual(Array.from({ length: 5 }, (_, i) => (ids[0] as number) + i));
  expect([source.batchSize, source.context, source.tokensPerEpoch]).toEqual([5, 4, 20]);
});

test("an epoch uses each window once, in another order than the next", async () => {
  const source = windowBatches(stream(401), { context: 4, batchSize: 10 });
  const grid = Array.from({ length: 100 }, (_, i) => 4 * i);
  const [first, second] = [await starts(source, 10), await starts(source, 10)];
  expect(first.toSorted((a, b) => a - b)).toEqual(grid);
  expect(second.toSorted((a, b) => a - b)).toEqual(grid);
  expect(first).not.toEqual(grid);
  expect(second).not.toEqual(first);
});

test("what windows leave over is at either end, another part in each epoch", async () => {
  const source = windowBatches(stream(44), { context: 4, batchSize: 10 }); // 43 targets, 10 windows, 3 over
  const offsets = new Set<number>();
  for (let epoch = 0; epoch < 40; epoch++) {
    const sorted = (await starts(source, 1)).toSorted((a, b) => a - b);
    offsets.add(sorted[0] as number);
    expect(sorted).toEqual(sorted.map((_, i) => (sorted[0] as number) + 4 * i));
  }
  expect(offsets).toEqual(new Set([0, 1, 2, 3]));
});

test("a batch at the end of an epoch is filled up from the next one", async () => {
  const source = windowBatches(stream(29), { context: 4, batchSize: 3 }); // 7 windows
  const all = await starts(source, 7);
  const epochs = [all.slice(0, 7), all.slice(7, 14), all.slice(14)].map((epoch) => epoch.toSorted((a, b) => a - b));
  expect(epochs).toEqual(Array(3).fill([0, 4, 8, 12, 16, 20, 24]));
});

test("the seed determines the order", async () => {
  const of = (seed?: number) => starts(windowBatches(stream(401), { context: 4, batchSize: 10, seed }), 25);
  const [unset, one, two] = await Promise.all([of(), of(1), of(2)]);
  expect(unset).toEqual(one);
  expect(two).not.toEqual(one);
});

test("a source restored at any batch goes on as the undisturbed one", async () => {
  const options = { context: 4, batchSize: 3, seed: 5 };
  const source = windowBatches(stream(30), options); // 7 windows
  for (let batch = 0; batch < 12; batch++) {
    const saved = JSON.stringify(source.position());
    const expected = toArrays(await source.next());
    const other = windowBatches(stream(30), { ...options, seed: 6 });
    other.restore(JSON.parse(saved));
    expect(JSON.stringify(other.position())).toBe(saved);
    expect(toArrays(await other.next())).toEqual(expected);
    expect(other.position()).toEqual(source.position());
  }
});

test("a position is not changed by later batches", async () => {
  const source = windowBatches(stream(30), { context: 4, batchSize: 3 });
  const saved = source.position();
  const text = JSON.stringify(saved);
  await starts(source, 9);
  expect(JSON.stringify(saved)).toBe(text);
});

describe("a position is refused", () => {
  const options = { context: 4, batchSize: 3 };
  const source = windowBatches(stream(30), options);
  const good = source.position();
  const other = Uint16Array.from(stream(30)).fill(9, 17, 18);
  const of = "restore: the position of the data";

  test.each([
    [
      "of a text with one other token",
      windowBatches(other, options).position(),
      `${of} is of other data: its digest is `,
    ],
    [
      "of a longer text",
      windowBatches(stream(31), options).position(),
      `${of} is of other data: its tokens is 31, here it is 30`,
    ],
    [
      "of another context",
      windowBatches(stream(30), { context: 5, batchSize: 3 }).position(),
      `${of} is of other data: its context is 5, here it is 4`,
    ],
    ["that is none", null, `${of} must be an object, got null`],
    ["without a kind", {}, `${of} is of other data: its kind is nothing, here it is "windows"`],
    ["with a fraction", { ...good, window: 0.5 }, `${of} must have a whole number, 0 or more, as its window, got 0.5`],
    [
      "without an epoch",
      { ...good, epoch: undefined },
      `${of} must have a whole number, 0 or more, as its epoch, got nothing`,
    ],
    ["beyond the epoch", { ...good, window: 8 }, "restore: window 8 is beyond the 7 of an epoch"],
    [
      "with a generator that draws nothing",
      { ...good, generator: [0, 0, 0, 0] },
      "restore: the generator must have four words of 32 bits, not all 0, got [0,0,0,0]",
    ],
    [
      "without a generator",
      { ...good, generator: undefined },
      "restore: the generator must have four words of 32 bits, not all 0, got nothing",
    ],
    [
      "with a word of 33 bits",
      { ...good, generator: [2 ** 32, 1, 1, 1] },
      "restore: the generator must have four words of 32 bits, not all 0, got [4294967296,1,1,1]",
    ],
  ])("%s", (_, position, message) => {
    expect(() => source.restore(position)).toThrow(message);
    expect(() => source.restore(position)).toThrow(RangeError);
    expect(source.position()).toEqual(good);
  });
});

describe("refuses", () => {
  test("a text shorter than the context", () => {
    const make = () => windowBatches(stream(8), { context: 8, batchSize: 1 });
    expect(make).toThrow(DataError);
    expect(make).toThrow("the text has 8 tokens, and context 8 takes 9: give a longer text, or a context of at most 7");
  });

  test.each([[0], [1]])("a text of %d tokens", (length) => {
    expect(() => windowBatches(stream(length), { context: 8, batchSize: 1 })).toThrow(
      new RegExp(`^the text has ${length} tokens, and context 8 takes 9: give a longer text$`),
    );
  });

  test.each([
    [{ context: 0, batchSize: 1 }, "windowBatches: context must be a whole number, 1 or more, got 0"],
    [{ context: 1, batchSize: 1.5 }, "windowBatches: batchSize must be a whole number, 1 or more, got 1.5"],
  ])("%o", (options, message) => {
    expect(() => windowBatches(stream(9), options)).toThrow(new RangeError(message));
  });
});

describe("consecutive windows", () => {
  test("have each token but the first as a target once, the last ones in a shorter window", () => {
    expect(consecutiveWindows(stream(8), 3).map((ids) => [...ids])).toEqual([
      [0, 1, 2, 3],
      [3, 4, 5, 6],
      [6, 7],
    ]);
    expect(consecutiveWindows(stream(7), 3).length).toBe(2);
  });

  test("take two tokens at least, and a context", () => {
    expect(() => consecutiveWindows(stream(1), 3)).toThrow(
      new DataError("the text has 1 tokens; to score one takes 2"),
    );
    expect(() => consecutiveWindows(stream(9), 0)).toThrow(
      new RangeError("consecutiveWindows: context must be a whole number, 1 or more, got 0"),
    );
  });
});
