/** What is made of measurements, on measurements made up: no timing is tested. */

import { type Model, presetConfig, randomModel } from "@tsgpt/gpt";
import { candidatesOf } from "@tsgpt/sampling";
import { createReferenceEngine } from "@tsgpt/tensor";
import { expect, test } from "vitest";
import { type BatchTimes, compareBatch } from "../src/batch.ts";
import { type CacheRow, compareCache } from "../src/cache.ts";
import { compareDtypes, medianRatio } from "../src/dtypes.ts";
import { differingShare, measureNearTies } from "../src/near-ties.ts";
import { benchOps } from "../src/ops.ts";
import { plotCache, plotRoofline } from "../src/plot.ts";
import { compareQuality, type Quality } from "../src/quality.ts";
import { point } from "../src/roofline.ts";
import {
  batchTable,
  cacheTable,
  digits,
  dtypesTable,
  nearTiesTable,
  qualityTable,
  rooflineTable,
} from "../src/tables.ts";

const rows: CacheRow[] = [1, 2, 3, 4, 5].map((position) => ({
  position,
  cachedMilliseconds: 2,
  uncachedMilliseconds: 2 * position,
  cachedMultiplyAdds: 3e6,
  uncachedMultiplyAdds: 3e6 * position,
  cacheBytes: 2000 * position,
}));

test("the table shows powers of two and the last position, with the ratio", () => {
  const lines = cacheTable(rows).trimEnd().split("\n");
  expect(lines).toHaveLength(2 + 4); // 1, 2, 4, 5
  expect(lines.at(-1)).toBe("| 5 | 2 | 10 | 5.0 | 3 | 15 | 10 |");
});

test("numbers have three significant digits", () => {
  expect([0.012345, 1.2345, 12345].map(digits)).toEqual(["0.0123", "1.23", "12,300"]);
});

test("the picture is a standalone SVG with both curves named and the axes labeled", () => {
  const svg = plotCache(rows, "A title");
  expect(svg).toMatch(/^<svg[^>]* xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  for (const text of ["A title", "no cache: 10 ms", "KV cache: 2 ms", "milliseconds", "position"])
    expect(svg).toContain(text);
});

test("a cached curve a thousand times lower than the other is drawn clear of the axis", () => {
  const wide = rows.map((row) => ({ ...row, uncachedMilliseconds: 1000 * row.uncachedMilliseconds }));
  const svg = plotCache(wide, "A title");
  const curves = [...svg.matchAll(/stroke-width="2" stroke="#\w+"[^>]*><path d="([^"]+)"/g)];
  const heights = curves.map(([, d]) => [...(d as string).matchAll(/[\d.]+,([\d.]+)/g)].map(([, y]) => Number(y)));
  expect(heights.map((curve) => curve.length)).toEqual([5, 5]);
  const [uncached, cached] = heights as [number[], number[]];
  const bottom = 400 - 44; // height and margin of the picture; y grows downwards
  expect(Math.max(...cached)).toBeLessThan(bottom - 10);
  expect((cached[4] as number) - (uncached[4] as number)).toBeGreaterThan(150);
});

test("both curves of a model cover every position asked for", async () => {
  const config = { ...presetConfig("gpt2"), nLayer: 1, nHead: 2, nEmbd: 8, nInner: 32, vocabSize: 11, nPositions: 6 };
  const model = await randomModel("tiny", config, createReferenceEngine());
  const measured = await compareCache(model, {
    positions: [1, 3, 6],
    runs: 1,
    onPosition: () => {},
  });
  expect(measured.map(({ position }) => position)).toEqual([1, 3, 6]);
  // per token 1 layer x (4 x 8 x 8 + 2 x 8 x 32) = 768, attention 2 x 8 x t, head 11 x 8 = 88
  expect(measured[1]).toMatchObject({ cachedMultiplyAdds: 768 + 48 + 88, uncachedMultiplyAdds: 3 * 768 + 16 * 6 + 88 });
  expect(measured[2]?.cacheBytes).toBe(2 * 8 * 4 * 6);
});

test("every operation of the suite runs", async () => {
  const names: string[] = [];
  const results = await benchOps(createReferenceEngine(), 1, (name) => names.push(name), { C: 8, H: 2, V: 11, S: 4 });
  expect(results.map(({ name }) => name)).toEqual(names);
  for (const { milliseconds } of results) expect(milliseconds).toBeGreaterThan(0);
});

test("a point of the roofline: operations a byte, and the share of the lower roof", async () => {
  const config = { ...presetConfig("gpt2"), nLayer: 1, nHead: 2, nEmbd: 8, nInner: 32, vocabSize: 11, nPositions: 6 };
  const model = await randomModel("tiny", config, createReferenceEngine());
  const limits = { readBytesPerSecond: 1e9, readBytesPerSecondByThreads: [1e9], flopsPerSecond: 4e9 };
  // 904 - 48 + 16 multiply-adds for one token; weights read: a block of 872 numbers, ln_f's 16 and the head's 88, four bytes each
  const one = point(model, 1, 1000, limits);
  expect(one.flopsPerByte).toBeCloseTo((2 * 872) / (4 * (872 + 16 + 88)), 9);
  expect(one.gflops).toBeCloseTo((2 * 872 * 1000) / 1e9, 12);
  expect(one.shareOfRoof).toBeCloseTo((2 * 872 * 1000) / (one.flopsPerByte * 1e9), 9);
  const svg = plotRoofline({ limits, points: [one, point(model, 6, 1000, limits)] }, "A roof");
  for (const text of ["A roof", "multiply-adds: 4 GFLOP/s", "reading: 1 GB/s", "GFLOP/s of a pass"])
    expect(svg).toContain(text);
  expect(rooflineTable([one]).trimEnd().split("\n")).toHaveLength(3);
});

const tiny = { ...presetConfig("gpt2"), nLayer: 1, nHead: 2, nEmbd: 8, nInner: 32, vocabSize: 11, nPositions: 6 };

test("dtypes are measured in turn, and their ratio is the median of the rounds", async () => {
  const engine = createReferenceEngine();
  const models: Model[] = [];
  for (const dtype of ["f32", "int8"] as const) models.push(await randomModel("tiny", tiny, engine, 0, { dtype }));
  const rounds: string[] = [];
  const options = { promptTokens: 2, depth: 1, newTokens: 2, rounds: 2 };
  const onRound = (round: number, dtype: string) => rounds.push(`${round} ${dtype}`);
  const speeds = await compareDtypes(models, { ...options, onRound });
  expect(rounds).toEqual(["0 f32", "0 int8", "1 f32", "1 int8"]);
  expect(speeds.map(({ dtype, decode }) => [dtype, decode.length])).toEqual([
    ["f32", 2],
    ["int8", 2],
  ]);
  expect(medianRatio([2, 9, 4], [1, 3, 4])).toBe(2);
  expect(dtypesTable([{ dtype: "f32", weightBytes: 2e6, decode: [1, 3], prefill: [5] }]).split("\n")[2]).toBe(
    "| f32 | 2 | 2 | 1.00 | 5 | 1.00 |",
  );
});

test("a model against itself: no difference; in int8 the logits differ, and the text is used by whole windows", async () => {
  const engine = createReferenceEngine();
  const models: Model[] = [];
  for (const dtype of ["f32", "f32", "int8"] as const)
    models.push(await randomModel("tiny", tiny, engine, 0, { dtype }));
  const [, same, int8] = compareQuality(models, [1, 2, 3, 4, 5, 6, 7, 8]);
  expect(same).toMatchObject({ perplexityChange: 0, largestLogitDifference: 0, greedyAgreement: 1 });
  expect(int8?.largestLogitDifference).toBeGreaterThan(0);
  expect(int8?.typicalLogitDifference).toBeLessThan(int8?.largestLogitDifference as number);
  expect(() => compareQuality(models, [1, 2])).toThrow("compareQuality: needs 6 tokens, got 2");
  expect(qualityTable([int8 as Quality]).split("\n")[2]).toMatch(/^\| int8 \| \d+\.\d{3} \|/);
});

test("near-ties: none between a model and itself, many between two models; the table has the rate", async () => {
  const shape = { nLayer: 1, nHead: 2, nEmbd: 8, nInner: 32, vocabSize: 11, nPositions: 16, bosTokenId: 0 };
  const config = { ...presetConfig("gpt2"), ...shape };
  const model = await randomModel("tiny", config, createReferenceEngine());
  const other = await randomModel("another", config, createReferenceEngine(), 2);
  const task = { texts: 3, length: 10, onText: () => {} };
  const same = await measureNearTies(model, model, task);
  expect(same).toMatchObject({ tokens: 30, largestDifference: 0 });
  for (const { differing, expectedRate } of same.chains) {
    expect(differing).toBe(0);
    expect(expectedRate).toBeLessThan(1e-12);
  }
  const different = await measureNearTies(model, other, task);
  expect(different.chains.find(({ chain }) => chain === "greedy")?.differing).toBeGreaterThan(10);
  expect(different.largestDifference).toBeGreaterThan(0);
  const chains = [{ chain: "greedy", differing: 3, expectedRate: 1.23e-6 }];
  expect(nearTiesTable({ tokens: 4000, largestDifference: 1.84e-5, chains })).toContain(
    "| greedy | 4000 | 3 | 1.2e-6 |",
  );
});

test("the share of u that chooses otherwise: boundaries at 0.5 and 0.75, and a token that is not in both", () => {
  const even = candidatesOf(Float64Array.of(0, 0));
  const uneven = candidatesOf(Float64Array.of(Math.log(3), 0)); // 0.75, 0.25
  expect(differingShare(even, uneven)).toBeCloseTo(0.25, 12); // u from 0.5 to 0.75
  expect(differingShare(even, even)).toBe(0);
  expect(differingShare(even, candidatesOf(Float64Array.of(-Infinity, 0)))).toBeCloseTo(0.5, 12);
});

test("sequences side by side: steps, samples and beams are measured in both ways, after a round to warm up", async () => {
  const model = await randomModel("tiny", { ...tiny, nPositions: 16 }, createReferenceEngine());
  const rounds: string[] = [];
  const options = { depth: 4, promptTokens: 2, newTokens: 3, rounds: 2, sizes: [1, 3], beams: 2, samples: 3 };
  const onRound = (round: number, what: string) => rounds.push(`${round} ${what}`);
  const times = await compareBatch(model, { ...options, onRound });
  const ways = ["a step of 1", "a step of 3", "samples of 3", "beams of 2"];
  expect(rounds).toEqual([-1, 0, 1].flatMap((round) => ways.map((way) => `${round} ${way}`)));
  for (const { together, oneByOne } of times) expect([together.length, oneByOne.length]).toEqual([2, 2]);
  const [row] = [{ what: "a step", sequences: 4, together: [10, 20, 30], oneByOne: [25, 60, 60] }];
  expect(batchTable([row as BatchTimes]).split("\n")[2]).toBe("| a step | 4 | 60 | 20 | 2.50 |");
});
