/**
 * Storage dtypes compared: one model of GPT-2's shape in each, in one process, runs alternating, so that changes in
 * memory bandwidth affect all. Ratios are medians of the ratios within a round.
 */
import { type Model, weightBytes } from "@tsgpt/gpt";
import { measureGeneration } from "@tsgpt/measure";
import { median } from "@tsgpt/numeric";

export interface DtypeSpeed {
  readonly dtype: string;
  /** Bytes of all weights. */
  readonly weightBytes: number;
  /** Tokens per second, one number per round. */
  readonly decode: readonly number[];
  readonly prefill: readonly number[];
}

export interface DtypeOptions {
  readonly promptTokens: number;
  readonly depth: number;
  readonly newTokens: number;
  readonly rounds: number;
  readonly onRound: (round: number, dtype: string) => void;
}

/** Speeds of each model, in alternating runs. */
export async function compareDtypes(models: readonly Model[], options: DtypeOptions): Promise<DtypeSpeed[]> {
  const { rounds, onRound, ...tokens } = options;
  const speeds = models.map((model) => ({
    dtype: model.parameters.wte.dtype,
    weightBytes: weightBytes(model),
    decode: [] as number[],
    prefill: [] as number[],
  }));
  for (let round = 0; round < rounds; round++) {
    for (const [i, model] of models.entries()) {
      const speed = speeds[i] as (typeof speeds)[number];
      onRound(round, speed.dtype);
      const measured = await measureGeneration(model, { ...tokens, runs: 1, warmups: round === 0 ? 1 : 0 });
      speed.decode.push(measured.decode.median);
      speed.prefill.push(measured.prefill.median);
    }
  }
  return speeds;
}

/** The median speedup over `base`. */
export function medianRatio(speeds: readonly number[], base: readonly number[]): number {
  return median(speeds.map((speed, round) => speed / (base[round] as number)));
}
