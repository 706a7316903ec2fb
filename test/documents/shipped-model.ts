/** What the documents say of the shipped model, written anew: their transcripts, and README's numbers for the letters. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./documents.ts";
import { play, type Screen, shown, untimed } from "./screens.ts";
import type { Shell } from "./shell.ts";

/** A document's text with a screen as it is printed now. Where only timings differ, the text stays as it is. */
export async function withScreen(text: string, screen: Screen, shell: Shell): Promise<string> {
  const printed = shown(await play(shell, screen));
  if (untimed(printed) === untimed(screen.lines.join("\n"))) return text;
  return text.replace(screen.code, () => `$ ${screen.command}\n${printed}\n`);
}

/** The numbers that config.json gives the letters, as README's table writes them. */
export function lettersOf(config: Readonly<Record<string, number>>): Readonly<Record<string, string>> {
  const { n_positions: s, n_embd: c, n_head: h, vocab_size: v, n_layer: l } = config;
  const numbers = { S: s, C: c, H: h, D: c / h, V: v, L: l };
  return Object.fromEntries(Object.entries(numbers).map(([letter, number]) => [letter, number.toLocaleString("en")]));
}

/** README with the shipped model's numbers in the column of its table. */
export function withLetters(readme: string): string {
  const config = JSON.parse(readFileSync(join(root, "weights/fairytales/config.json"), "utf8"));
  let text = readme;
  for (const [letter, number] of Object.entries(lettersOf(config))) {
    const row = new RegExp(`^(\\| ${letter} +\\|[^|]*\\|)([^|]*)\\|`, "m");
    text = text.replace(row, (_, left: string, cell: string) => {
      const said = cell.trim().replace(/[\d,]+/, number); // "at most 512" keeps its words
      return `${left} ${said.padStart(cell.length - 2)} |`;
    });
  }
  return text;
}
