/** Random bodies of completion requests: valid, nearly valid, and nonsense, the same for a seed. */
import { createGenerator, nextUniform } from "@tsgpt/numeric";
import { COMPLETION_FIELDS, REFUSED_FIELDS } from "../../src/http/completion-fields.ts";
import type { JsonSchema } from "../../src/http/field.ts";
import { MODEL } from "./serving.ts";

/** Values that few fields take. */
export const STRANGE: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  0.5,
  1e308,
  2 ** 53,
  "",
  "a",
  "\ud800",
  "\u0000",
  "<|endoftext|>",
  "💡",
  "../../etc/passwd",
  "a".repeat(5000),
  [],
  [[]],
  [null],
  [1, "a"],
  [[1], "a"],
  [-1],
  [1e9],
  {},
  { a: { b: [] } },
  { "5": 1 },
  { "5": "1" },
  { "-1": 1 },
];
const NAMES = [
  ...Object.keys(COMPLETION_FIELDS),
  ...Object.keys(REFUSED_FIELDS),
  "Top_K",
  "constructor",
  "toString",
  "",
];

type Uniform = () => number;

/** `count` bodies. */
export function bodies(count: number, seed: number): unknown[] {
  const generator = createGenerator(seed);
  const uniform = () => nextUniform(generator);
  return Array.from({ length: count }, () => bodyOf(uniform));
}

function bodyOf(uniform: Uniform): unknown {
  if (uniform() < 0.05) return pick(STRANGE, uniform);
  const fields = Array.from({ length: Math.floor(uniform() * 6) }, () => {
    const name = pick(NAMES, uniform);
    const isValid = uniform() < 0.7 && Object.hasOwn(COMPLETION_FIELDS, name);
    const schema = isValid ? COMPLETION_FIELDS[name as keyof typeof COMPLETION_FIELDS].schema : undefined;
    return [name, schema ? validValue(schema, uniform) : pick(STRANGE, uniform)] as const;
  });
  const small = { prompt: pick(["a", "The king", [5, 6], ["a", "b"]], uniform), max_tokens: Math.floor(uniform() * 4) };
  const model = uniform() < 0.95 ? { model: MODEL } : {};
  const { max_tokens, ...rest } = Object.fromEntries(fields);
  const isLarge = typeof max_tokens === "number" && max_tokens > 4;
  return { ...small, ...model, ...rest, ...(max_tokens !== undefined && !isLarge && { max_tokens }) };
}

/** A value that a schema of a field allows. */
function validValue(schema: JsonSchema, uniform: Uniform): unknown {
  const { type, anyOf, enum: words, minimum = 0, maximum = 3, items, properties } = schema as unknown as Schema;
  if (anyOf) return validValue(pick(anyOf, uniform), uniform);
  if (words) return pick(words, uniform);
  const number = minimum + uniform() * (Math.min(maximum, minimum + 6) - minimum);
  if (type === "number") return number;
  if (type === "integer") return Math.round(number);
  if (type === "boolean") return uniform() < 0.5;
  if (type === "string") return pick(["a", "The king", " and", "\n", "💡"], uniform);
  if (type === "array") return Array.from({ length: 1 + Math.floor(uniform() * 3) }, () => validValue(items, uniform));
  if (!properties) return { [String(Math.floor(uniform() * 4200))]: uniform() * 20 - 10 };
  return Object.fromEntries(Object.keys(properties).map((name) => [name, uniform() < 0.5]));
}

interface Schema {
  readonly type?: string;
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items: JsonSchema;
  readonly properties?: object;
}

function pick<Item>(items: readonly Item[], uniform: Uniform): Item {
  return items[Math.floor(uniform() * items.length)] as Item;
}
