/** Tasks of two choices, and how often a model chooses right, with the 95% interval. */
import { readFile } from "node:fs/promises";
import {
  bestChoice,
  choiceScores,
  choiceTokens,
  NORMALIZATIONS,
  type Normalization,
  renderTemplate,
  scoreChoices,
  splitTemplate,
} from "@tsgpt/analysis";
import type { Model } from "@tsgpt/gpt";

export interface Item {
  readonly input: string;
  /** The right choice. */
  readonly label: string;
}

export interface Task {
  /** The template's text. */
  readonly body: string;
  readonly items: readonly Item[];
}

/** The items of a file of lines of JSON; only those of a task where they name one. */
export async function readItems(path: string, task?: string): Promise<Item[]> {
  const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
  const items = lines.map((line) => JSON.parse(line) as Item & { readonly task?: string });
  return items.filter((item) => task === undefined || item.task === task);
}

/** A template with the items beside it. */
export async function readTask(folder: string, name: string): Promise<Task> {
  const { body } = splitTemplate(await readFile(`${folder}/${name}.txt`, "utf8"));
  return { body, items: await readItems(`${folder}/${name}.jsonl`) };
}

/** The choices of a task: its labels, in the order of the items. */
export const choicesOf = ({ items }: Task): string[] => [...new Set(items.map(({ label }) => label))];

/** How many items are right, by normalization. */
export type Right = Readonly<Record<Normalization, number>>;

/** How many items the model chooses right. */
export async function rightOf(model: Model, task: Task): Promise<Right> {
  const { body, items } = task;
  const choices = choicesOf(task);
  const tokens = (input: string) => choiceTokens(model, renderTemplate(body, input), choices);
  const [prior = []] = await scoreChoices(model, [tokens("")]);
  const scored = await scoreChoices(
    model,
    items.map(({ input }) => tokens(input)),
  );
  const right = { none: 0, length: 0, prior: 0 };
  for (const [i, lists] of scored.entries()) {
    const scores = lists.map((list, choice) => choiceScores(list, prior[choice]!));
    for (const name of NORMALIZATIONS) if (choices[bestChoice(scores, name)] === items[i]!.label) right[name]++;
  }
  return right;
}

export interface Share {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const Z = 1.959964; // 97.5% quantile of the normal distribution

/** A share with its 95% interval: E. B. Wilson, "Probable inference" (1927). */
export function shareOf(count: number, total: number): Share {
  const value = count / total;
  const center = (value + Z ** 2 / (2 * total)) / (1 + Z ** 2 / total);
  const half = (Z / (1 + Z ** 2 / total)) * Math.sqrt((value * (1 - value)) / total + Z ** 2 / (4 * total ** 2));
  return { value, low: center - half, high: center + half };
}

/** `95% (86% to 98%)` */
export function shown({ value, low, high }: Share): string {
  const percent = (share: number) => `${(100 * share).toFixed(0)}%`;
  return `${percent(value)} (${percent(low)} to ${percent(high)})`;
}
