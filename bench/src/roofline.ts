/**
 * Roofline (Williams, Waterman and Patterson 2009): the speed of a pass over T tokens against its arithmetic intensity,
 * operations per byte of weights read. A step (T = 1) is memory-bound, a long prompt compute-bound.
 */
import { type Model, multiplyAddsPerToken, weightBytesPerStep } from "@tsgpt/gpt";
import { type Limits, measureGeneration } from "@tsgpt/measure";

export interface RooflinePoint {
  /** T: tokens of the pass. */
  readonly tokens: number;
  /** Floating-point operations per byte of weights; a multiply-add counts as two. */
  readonly flopsPerByte: number;
  readonly gflops: number;
  /** Fraction of the roofline at this intensity. */
  readonly shareOfRoof: number;
}

export interface Roofline {
  readonly limits: Limits;
  readonly points: readonly RooflinePoint[];
}

/**
 * Passes over each number of tokens, with the head at the last position only; median of `runs`. The roofline is the
 * best of all limit measurements.
 */
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

/** The point of a pass over `tokens` tokens at that many tokens per second. */
export function point(model: Model, tokens: number, tokensPerSecond: number, limits: Limits): RooflinePoint {
  const flops = 2 * multiplyAddsPerToken(model.config, tokens, false);
  const flopsPerByte = flops / weightBytesPerStep(model);
  const flopsPerSecond = (flops * tokensPerSecond) / tokens;
  const roof = Math.min(limits.flopsPerSecond, flopsPerByte * limits.readBytesPerSecond);
  return { tokens, flopsPerByte, gflops: flopsPerSecond / 1e9, shareOfRoof: flopsPerSecond / roof };
}
