/** The command line. */
import { parseArgs } from "node:util";
import type { Sizes } from "./engines/language-model.ts";

export interface Options {
  /** Numbers of threads, each measured on its own. */
  readonly threads: readonly number[];
  readonly rounds: number;
  readonly sizes: Sizes;
  /** A smoke run: its figures are printed, not kept. */
  readonly quick: boolean;
}

export const USAGE = `npm start -- [--threads N[,N...]] [--rounds N] [--quick]
  --threads  threads of every engine, one measurement for each number (default 2,1)
  --rounds   turns that count, of which the median is taken (default 5; 1 with --quick)
  --quick    short turns, printed and not written to bench/results: to see that everything works
`;

export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** @throws UsageError for an option that is unknown or out of range; undefined asks for the usage */
export function parseOptions(args: readonly string[]): Options | undefined {
  const { threads = "2,1", rounds, quick = false, help } = parse(args);
  if (help) return undefined;
  return {
    threads: [...new Set(threads.split(",").map((number) => wholeNumber("threads", number)))],
    rounds: rounds === undefined ? (quick ? 1 : 5) : wholeNumber("rounds", rounds),
    sizes: quick ? { prompt: 32, context: 8, steps: 4 } : { prompt: 512, context: 128, steps: 32 },
    quick,
  };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        threads: { type: "string" },
        rounds: { type: "string" },
        quick: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** A number of the command line. @throws UsageError unless it is whole and from 1 to 1000 */
export function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= 1000) return value;
  throw new UsageError(`--${option}: must be a whole number from 1 to 1000, got ${JSON.stringify(text)}`);
}
