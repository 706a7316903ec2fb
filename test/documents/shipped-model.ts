/** Rewrites what the documents say about the shipped model: transcripts, and the sizes in README.md and weights/README.md. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { GPT2Config } from "../../packages/gpt/src/config/config.ts";
import { inspectFolder } from "../../packages/gpt/src/node/inspect-folder.ts";
import { exampleOf, withOutput } from "../packages/readme-example.ts";
import { root } from "./documents.ts";
import { play, type Screen, shown, untimed } from "./screens.ts";
import type { Shell } from "./shell.ts";

export type Sizes = Pick<GPT2Config, "nPositions" | "nEmbd" | "nHead" | "vocabSize" | "nLayer"> & {
  readonly parameters: number;
};

/** The sizes of the shipped model, from its config.json and the headers of its weights. */
export async function shippedSizes(): Promise<Sizes> {
  const { config, summary } = await inspectFolder(join(root, "weights/fairytales"));
  return { ...config, parameters: summary.parameters };
}

/** A document's text with a screen as it is printed now. Where only timings differ, the text stays as it is. */
export async function withScreen(text: string, screen: Screen, shell: Shell): Promise<string> {
  const printed = shown(await play(shell, screen));
  if (untimed(printed) === untimed(screen.lines.join("\n"))) return text;
  return text.replace(screen.code, () => `$ ${screen.command}\n${printed}\n`);
}

const grouped = (value: number): string => value.toLocaleString("en");

/** The numbers of the letters, as README's table writes them. */
export function lettersOf({ nPositions, nEmbd, nHead, vocabSize, nLayer }: Omit<Sizes, "parameters">) {
  const numbers = { S: nPositions, C: nEmbd, H: nHead, D: nEmbd / nHead, V: vocabSize, L: nLayer };
  return Object.fromEntries(Object.entries(numbers).map(([letter, number]) => [letter, grouped(number)]));
}

/** README with the shipped model's numbers in the column of its table. */
export function withLetters(readme: string, sizes: Omit<Sizes, "parameters">): string {
  let text = readme;
  for (const [letter, number] of Object.entries(lettersOf(sizes))) {
    const row = new RegExp(`^(\\| ${letter} +\\|[^|]*\\|)([^|]*)\\|`, "m");
    text = replaced(text, row, (_, left: string, cell: string) => {
      const said = cell.trim().replace(/[\d,]+/, number); // "at most 512" keeps its words
      return `${left} ${said.padStart(cell.length - 2)} |`;
    });
  }
  return text;
}

/** README with the shipped model's number of parameters in the sentence that introduces it. */
export function withParameterCount(readme: string, { parameters }: Pick<Sizes, "parameters">): string {
  const count = `${(parameters / 1e6).toFixed(1)} million`;
  return replaced(readme, /(?<=^The model is a GPT-2 of )[\d.]+ million(?= parameters)/m, () => count);
}

/** weights/README.md with the shipped model's sizes and number of parameters. */
export function withSizes(readme: string, sizes: Sizes): string {
  const { nLayer, nHead, nEmbd, nPositions, vocabSize } = sizes;
  const shape = `${nLayer} layers, ${nHead} heads, ${nEmbd} channels, context ${grouped(nPositions)}, vocabulary ${grouped(vocabSize)}`;
  const shaped = replaced(
    readme,
    /\d+ layers, \d+ heads, \d+ channels, context [\d,]+, vocabulary [\d,]*\d/,
    () => shape,
  );
  return replaced(shaped, /^[\d,]+(?= parameters)/m, () => grouped(sizes.parameters));
}

/** A package's README with what its example prints now; it runs in examples/, which has the packages. */
export async function withExample(readme: string): Promise<string> {
  const folder = mkdtempSync(join(root, "examples/dist/readme-"));
  try {
    const file = join(folder, "example.mjs");
    writeFileSync(file, exampleOf(readme).code);
    const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: folder });
    return withOutput(readme, stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @throws Error if the text has no such place */
function replaced(text: string, place: RegExp, by: (...match: string[]) => string): string {
  if (!place.test(text)) throw new Error(`no place matches ${place}; write the sentence as the pattern expects it`);
  return text.replace(place, by);
}
