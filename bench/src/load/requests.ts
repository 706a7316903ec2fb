/** The requests of a load, and when they arrive: both random, and the same for the same seed. */
import { createGenerator, nextUniform } from "@tsgpt/numeric";

export interface LoadRequest {
  readonly ids: readonly number[];
  readonly maxTokens: number;
  readonly seed: number;
}

/** Lengths of the requests, each drawn evenly from its range, ends included. */
export interface RequestShape {
  readonly vocabSize: number;
  readonly promptTokens: readonly [least: number, most: number];
  readonly newTokens: readonly [least: number, most: number];
  /** Ids that all prompts begin with, as with an instruction that all have. */
  readonly sharedTokens: number;
}

export function randomRequests(count: number, shape: RequestShape, seed: number): LoadRequest[] {
  const generator = createGenerator(seed);
  const integer = ([least, most]: readonly [number, number]) =>
    least + Math.floor((most - least + 1) * nextUniform(generator));
  const ids = (length: number) => Array.from({ length }, () => integer([0, shape.vocabSize - 1]));
  const shared = ids(shape.sharedTokens);
  return Array.from({ length: count }, (_, i) => ({
    ids: [...shared, ...ids(integer(shape.promptTokens))],
    maxTokens: integer(shape.newTokens),
    seed: i,
  }));
}

/** Milliseconds at which `count` requests arrive, at a mean of `rate` a second: a Poisson process. */
export function poissonArrivals(count: number, rate: number, seed: number): number[] {
  const generator = createGenerator(seed);
  let time = 0;
  return Array.from({ length: count }, () => {
    time -= (1000 * Math.log(1 - nextUniform(generator))) / rate;
    return time;
  });
}
