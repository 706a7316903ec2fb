/** The cases of fixtures/gpt2-tokenizer/cases.json: a tokenizer's files, texts, and the ids that AutoTokenizer of transformers 5.18 gave. */
import { readFileSync } from "node:fs";

export interface Case {
  /** Values by dotted path in tokenizer.json; null for vocab.json and merges.txt in its place. */
  readonly set: readonly (readonly [path: string, value: unknown])[] | null;
  readonly remove: readonly string[];
  readonly beside: Readonly<Record<string, unknown>>;
  readonly texts: readonly string[];
  readonly ids: readonly (readonly number[])[];
}

const read = (name: string) => readFileSync(new URL(`./fixtures/gpt2-tokenizer/${name}`, import.meta.url), "utf8");
export const cases: { gpt2: Case[]; tokenizer: Json; small: Case[] } = JSON.parse(read("cases.json"));
export const gpt2: Json = JSON.parse(read("tokenizer.json"));

type Json = Record<string, unknown> & { model: { vocab: Record<string, number>; merges: (string | string[])[] } };

/** The files of a case, by name. */
export function filesOf({ set, remove, beside }: Case, whole: Json): Record<string, string> {
  const companions = Object.entries(beside).map(([name, content]) => [name, JSON.stringify(content)]);
  const { vocab, merges } = whole.model;
  const lines = merges.map((merge) => (typeof merge === "string" ? merge : merge.join(" ")));
  if (set === null) companions.push(["vocab.json", JSON.stringify(vocab)], ["merges.txt", lines.join("\n")]);
  else companions.push(["tokenizer.json", JSON.stringify(changed(whole, set, remove))]);
  return Object.fromEntries(companions);
}

function changed(whole: Json, set: NonNullable<Case["set"]>, remove: readonly string[]): unknown {
  const copy = structuredClone(whole);
  const place = (path: string) => {
    const keys = path.split(".");
    const last = keys.pop() as string;
    return [keys.reduce((value, key) => value[key] as Json, copy as Json), last] as const;
  };
  for (const [path, value] of set) place(path)[0][place(path)[1]] = value;
  for (const path of remove) delete place(path)[0][place(path)[1]];
  return copy;
}

export const named = (list: readonly Case[]) =>
  list.map(
    (one) => [JSON.stringify({ set: one.set?.map(([path]) => path), ...one.beside }).slice(0, 150), one] as const,
  );
