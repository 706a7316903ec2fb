/** The picture of a pattern: the level of every cell, read back from its paths. */
import { createGenerator, nextUniform } from "@tsgpt/numeric";
import { Tensor } from "@tsgpt/tensor";
import { expect, test } from "vitest";
import { heatPicture } from "../src/explain/heat-picture.ts";

const LEVELS = [0.002, 0.01, 0.05, 0.25, 0.5, 0.75]; // as its legend says

/** A causal pattern of random weights; the higher the power, the fewer keys a query attends to. */
function patternOf(t: number, power: number): Tensor {
  const generator = createGenerator(7);
  const data = new Float32Array(t * t);
  for (let i = 0; i < t; i++) {
    const weights = Array.from({ length: i + 1 }, () => nextUniform(generator) ** power);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    for (const [j, weight] of weights.entries()) data[i * t + j] = weight / sum;
  }
  return new Tensor(data, [t, t]);
}

/** The level of each drawn cell, and -1 for the others. */
function levelsIn(picture: string, t: number): number[] {
  const cells = new Array<number>(t * t).fill(-1);
  for (const [, level, d] of picture.matchAll(/<path class="level-(\d)" d="([^"]*)"/g)) {
    for (const [, x, y, n] of (d ?? "").matchAll(/M(\d+) (\d+)h(\d+)/g)) {
      for (let j = 0; j < Number(n); j++) cells[Number(y) * t + Number(x) + j] = Number(level);
    }
  }
  return cells;
}

const expected = ({ data }: Tensor, from = 0): number[] =>
  Array.from(data, (weight) => {
    const level = LEVELS.findLastIndex((least) => weight >= least);
    return level < from ? -1 : level;
  });

test.each([1, 2, 33, 77])("every cell of %i x %i has the level of its weight", (t) => {
  const pattern = patternOf(t, 8);
  const picture = heatPicture({ caption: "", pattern, marked: t - 1 }, "name");
  expect(levelsIn(picture, t)).toEqual(expected(pattern));
  expect(picture).toContain("below 0.2%");
  expect(picture).toContain(`viewBox="0 -0.5 ${t} ${t}"`);
});

test("a noisy pattern of 512 leaves out the lowest levels, and its legend says so", () => {
  const pattern = patternOf(512, 8);
  const picture = heatPicture({ caption: "", pattern, marked: 300 }, "name");
  const from = Number(/below ([\d.]+)%/.exec(picture)?.[1]) / 100;
  expect(from).toBeGreaterThan(0.002);
  expect(levelsIn(picture, 512)).toEqual(expected(pattern, LEVELS.indexOf(from)));
  expect(picture.length).toBeLessThan(400_000);
});

test("the marked row is framed, and what is masked is outside of the background", () => {
  const picture = heatPicture({ caption: "", pattern: patternOf(4, 1), marked: 2 }, "name");
  expect(picture).toContain('<path class="here" d="M0 1.5h3v1h-3z"/>');
  expect(picture).toContain('<path class="seen" d="M0 -0.5h1v1h1v1h1v1h1v1H0z"/>');
});
