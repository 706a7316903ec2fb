/** The command line of training.ts. */
import { parseArgs } from "node:util";
import { UsageError, wholeNumber } from "../options.ts";
import type { Sizes } from "./shape.ts";

export interface TrainingOptions {
  /** A Python with torch; undefined tries python3, and does without. */
  readonly python: string | undefined;
  readonly threads: number;
  readonly rounds: number;
  readonly sizes: Sizes;
  /** A smoke run: its figures are printed, not kept. */
  readonly quick: boolean;
}

export const TRAINING_USAGE = `npm run training -- [--python PROGRAM] [--threads N] [--rounds N] [--steps N] [--quick]
  --python   a Python that has torch (default: python3 if it has, otherwise tsgpt is measured alone)
  --threads  threads of both (default 2)
  --rounds   turns that count, of which the median is taken (default 7; 1 with --quick)
  --steps    steps of a turn, of 8 sequences of 512 tokens (default 3; 1 with --quick)
  --quick    2 sequences of 64 tokens, printed and not written to bench/results: to see that everything works
`;

/** @throws UsageError for an option that is unknown or out of range; undefined asks for the usage */
export function parseTrainingOptions(args: readonly string[]): TrainingOptions | undefined {
  const { python, threads = "2", rounds, steps, quick = false, help } = parse(args);
  if (help) return undefined;
  const usual = quick ? { rounds: "1", steps: "1" } : { rounds: "7", steps: "3" };
  return {
    python,
    threads: wholeNumber("threads", threads),
    rounds: wholeNumber("rounds", rounds ?? usual.rounds),
    sizes: { ...(quick ? { b: 2, t: 64 } : { b: 8, t: 512 }), steps: wholeNumber("steps", steps ?? usual.steps) },
    quick,
  };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        python: { type: "string" },
        threads: { type: "string" },
        rounds: { type: "string" },
        steps: { type: "string" },
        quick: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
