/**
 * Roofline (Williams, Waterman and Patterson 2009): how fast a pass over T tokens computes, against how much it computes for each
 * byte of weights that it reads. A step (T = 1) is held down by the memory, a long prompt by the multiply-add units.
 */
import { type Model, multiplyAddsPerToken, weightBytesPerStep } from "@tsgpt/gpt";
import { type Limits, measureGeneration } from "@tsgpt/measure";

export interface RooflinePoint {
  /** T: tokens of the pass. */
  readonly tokens: number;
  /** Floating-point operations, two a multiply-add, for each byte of weights. */
  readonly flopsPerByte: number;
  readonly gflops: number;
  /** Of what the roof allows at this place. */
  readonly shareOfRoof: number;
}

export interface Roofline {
  readonly limits: Limits;
  readonly points: readonly RooflinePoint[];
}

/** Passes over each number of tokens, the head at the last position alone, median of `runs`; the roof is the best of all passes. */
export async function measureRoofline(
  model: Model,
  tokens: readonly number[],
  runs: number,
  onTokens: (tokens: number) => void,
): Promise<Roofline> {
  const speeds: number[] = [];
  const limits: Limits[] = [];
  for (const promptTokens of tokens) {
    onTokens(promptTokens);
    const measured = await measureGeneration(model, { promptTokens, newTokens: 1, runs, limits: true });
    speeds.push(measured.prefill.median);
    if (measured.limits) limits.push(measured.limits);
  }
  const best = limits.reduce((a, b) => ({
    readBytesPerSecond: Math.max(a.readBytesPerSecond, b.readBytesPerSecond),
    readBytesPerSecondByThreads: a.readBytesPerSecondByThreads.map((rate, i) =>
      Math.max(rate, b.readBytesPerSecondByThreads[i] as number),
    ),
    flopsPerSecond: Math.max(a.flopsPerSecond, b.flopsPerSecond),
  }));
  return { limits: best, points: tokens.map((count, i) => point(model, count, speeds[i] as number, best)) };
}

/** Where a pass over `tokens` tokens at so many tokens a second stands. */
export function point(model: Model, tokens: number, tokensPerSecond: number, limits: Limits): RooflinePoint {
  const flops = 2 * multiplyAddsPerToken(model.config, tokens, false);
  const flopsPerByte = flops / weightBytesPerStep(model);
  const flopsPerSecond = (flops * tokensPerSecond) / tokens;
  const roof = Math.min(limits.flopsPerSecond, flopsPerByte * limits.readBytesPerSecond);
  return { tokens, flopsPerByte, gflops: flopsPerSecond / 1e9, shareOfRoof: flopsPerSecond / roof };
}
