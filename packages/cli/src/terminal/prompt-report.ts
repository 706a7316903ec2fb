/** What tsgpt prompt writes to stderr: the scores of choices, or the number of lines. */
import { NORMALIZATIONS, type Normalization } from "@tsgpt/analysis";
import type { ScoredChoice } from "../prompt/answers.ts";
import { pluralize } from "./pluralize.ts";
import { quoted } from "./token-text.ts";

/** One row per choice: its score by each normalization, and its tokens. */
export function choiceTable(choices: readonly ScoredChoice[], normalize: Normalization): string {
  const names = choices.map(({ choice }) => quoted(choice));
  const width = Math.max("choice".length, ...names.map(({ length }) => length));
  const head = ["choice".padEnd(width), ...[...NORMALIZATIONS, "tokens"].map((name) => name.padStart(9))].join(" ");
  const rows = choices.map(({ scores, tokens, chosen }, i) => {
    const cells = [...NORMALIZATIONS.map((name) => scores[name].toFixed(3)), String(tokens.length)];
    const row = [(names[i] as string).padEnd(width), ...cells.map((cell) => cell.padStart(9))].join(" ");
    return chosen ? `${row}  chosen` : row;
  });
  return `${[head, ...rows].join("\n")}\nscores in nats; compared by ${normalize}\n`;
}

export interface LinesSummary {
  readonly lines: number;
  /** Answered by an earlier run. */
  readonly earlier: number;
  readonly failures: number;
  /** Not written: Ctrl-C came first. */
  readonly missing: number;
  readonly seconds: number;
}

/** `60 lines, 2 failed, 1.20 s`. */
export function linesSummary({ lines, earlier, failures, missing, seconds }: LinesSummary): string {
  const parts = [
    pluralize(lines, "line"),
    ...(earlier > 0 ? [`${earlier} of them from an earlier run`] : []),
    ...(failures > 0 ? [`${failures} failed`] : []),
    ...(missing > 0 ? [`${missing} not finished`] : []),
  ];
  return `${parts.join(", ")}, ${seconds.toFixed(2)} s\n`;
}
