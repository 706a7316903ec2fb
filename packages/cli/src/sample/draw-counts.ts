/** Many draws from what a chain leaves, pluralize. */
import { setImmediate as eventLoopTurn } from "node:timers/promises";
import { type ChainResult, type ChainSpec, createSampler, draw, type SampleContext } from "@tsgpt/sampling";
import { INTERRUPTED, interruption } from "../terminal/interruption.ts";

export interface Draws {
  readonly chain: ChainSpec;
  readonly logits: Float32Array | Float64Array;
  readonly context: SampleContext;
  /** Whether a step acts by chance: it then acts anew for each draw. */
  readonly byChance: boolean;
  readonly count: number;
  readonly seed: number;
}

export interface Drawn extends Pick<Draws, "byChance" | "count" | "seed"> {
  /** How often each token was drawn. [V] */
  readonly counts: Float64Array;
}

const TURN = 50; // milliseconds after which Ctrl-C is looked for

/** Draws, and counts; undefined if Ctrl-C came first. */
export async function drawCounts(
  { chain, logits, context, byChance, count, seed }: Draws,
  { candidates }: ChainResult,
): Promise<Drawn | undefined> {
  const { signal } = interruption();
  const sampler = createSampler(chain, { seed });
  const counts = new Float64Array(logits.length);
  let turn = performance.now();
  for (let i = 0; i < count; i++) {
    const id = byChance ? sampler(logits, context) : draw(candidates, sampler.generator);
    (counts[id] as number)++;
    if (performance.now() - turn < TURN) continue;
    await eventLoopTurn();
    turn = performance.now();
    if (!signal.aborted) continue;
    process.exitCode = INTERRUPTED;
    return undefined;
  }
  return { counts, count, seed, byChance };
}
