/** Options whose values are written as text: token ids, biases, texts, and what penalties count. */
import type { ChainFlags, FlagValue } from "@tsgpt/sampling";
import { strings } from "../strings.ts";

type Kind = Exclude<FlagValue["kind"], "integer" | "number" | "word">;
type Value = ChainFlags[keyof ChainFlags];

/** How a kind of value is read, and written. */
interface Form {
  /** @throws Error that says what the text must be */
  read(text: string): Value;
  write(value: NonNullable<Value>): string;
}

export const FORMS: { readonly [K in Kind]: Form } = {
  "token ids": {
    read: (text) => ids(text),
    write: (value) => (value as readonly number[]).join(", "),
  },
  texts: {
    read: (text) => {
      const lines = text.split("\n").filter((line) => line !== "");
      return lines.length === 0 ? undefined : lines;
    },
    write: (value) => (value as readonly string[]).join("\n"),
  },
  biases: {
    read: biases,
    write: (value) =>
      Object.entries(value)
        .map((pair) => pair.join(":"))
        .join(", "),
  },
  scope: {
    read: scope,
    write: String,
  },
};

function ids(text: string): number[] {
  const parts = text.split(",").map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : Number.NaN));
  if (parts.every(Number.isSafeInteger)) return parts;
  throw new Error(strings.nextToken.wrongIds);
}

function biases(text: string): Record<string, number> {
  const pairs = text.split(",").map((pair) => /^\s*(\d+)\s*:\s*([-+.\de]+)\s*$/i.exec(pair) ?? []);
  const read = pairs.map(([, id = "", bias = ""]) => [String(Number(id)), Number(bias)] as const);
  const isWrong = pairs.some(([whole]) => whole === undefined) || read.some(([, bias]) => !Number.isFinite(bias));
  if (isWrong) throw new Error(strings.nextToken.wrongBiases);
  const twice = read.find(([id], i) => read.findIndex(([other]) => other === id) !== i);
  if (twice) throw new Error(strings.nextToken.biasTwice(twice[0]));
  return Object.fromEntries(read);
}

function scope(text: string): "all" | "generated" | number {
  const word = text.trim();
  if (word === "all" || word === "generated") return word;
  if (/^\d+$/.test(word) && Number.isSafeInteger(Number(word))) return Number(word);
  throw new Error(strings.nextToken.wrongScope);
}
