/** Draws many tokens from the distribution after a chain, and counts them. */
import { setImmediate as yieldToEventLoop } from "node:timers/promises";
import { type ChainResult, type ChainSpec, createSampler, draw, type SampleContext } from "@tsgpt/sampling";
import { INTERRUPTED, interruption } from "../terminal/interruption.ts";

export interface Draws {
  readonly chain: ChainSpec;
  readonly logits: Float32Array | Float64Array;
  readonly context: SampleContext;
  /** Whether a step of the chain is random; the chain is then applied again for each draw. */
  readonly byChance: boolean;
  readonly count: number;
  readonly seed: number;
}

export interface Drawn extends Pick<Draws, "byChance" | "count" | "seed"> {
  /** How often each token was drawn. [V] */
  readonly counts: Float64Array;
}

const INTERVAL = 50; // milliseconds between checks for Ctrl-C

/** The counts of all draws; undefined if Ctrl-C interrupted them. */
export async function drawCounts(
  { chain, logits, context, byChance, count, seed }: Draws,
  { candidates }: ChainResult,
): Promise<Drawn | undefined> {
  const { signal } = interruption();
  const sampler = createSampler(chain, { seed });
  const counts = new Float64Array(logits.length);
  let checked = performance.now();
  for (let i = 0; i < count; i++) {
    const id = byChance ? sampler(logits, context) : draw(candidates, sampler.generator);
    (counts[id] as number)++;
    if (performance.now() - checked < INTERVAL) continue;
    await yieldToEventLoop();
    checked = performance.now();
    if (!signal.aborted) continue;
    process.exitCode = INTERRUPTED;
    return undefined;
  }
  return { counts, count, seed, byChance };
}
