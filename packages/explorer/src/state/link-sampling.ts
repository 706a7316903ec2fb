/** The options of the sampling in a link: those of `tsgpt generate`, by their names there. */
import { dialects, type FlagValue, STEP_FLAGS } from "@tsgpt/sampling";
import type { Sampling } from "../protocol/text.ts";
import { strings } from "../strings.ts";
import { INTEGER, type LinkKey, type LinkValue, linkKey, number, oneOf, wholeNumber } from "./link-values.ts";

const { rules } = strings.link;

interface SamplingKey extends LinkKey<unknown> {
  readonly option: keyof Sampling;
}

/** Every option once. */
export const samplingKeys: readonly SamplingKey[] = [
  samplingKey("dialect", oneOf(dialects)),
  samplingKey("greedy", boolean()),
  ...STEP_FLAGS.map(({ name, takes }) => samplingKey(name, linkValueOf(takes))),
];

function samplingKey(option: keyof Sampling, value: LinkValue<unknown>): SamplingKey {
  const key = option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return { ...linkKey(key, value), option };
}

/** Whether a number is in its range is for the sampling to say. */
function linkValueOf(takes: FlagValue): LinkValue<unknown> {
  switch (takes.kind) {
    case "integer":
      return wholeNumber(takes.least, Number.MAX_SAFE_INTEGER);
    case "number":
      return number;
    case "word":
      return oneOf(takes.words);
    case "scope":
      return scope();
    case "biases":
      return biases();
    case "token ids":
      return tokenIds();
    case "texts":
      return texts();
    default:
      return takes satisfies never;
  }
}

function boolean(): LinkValue<boolean> {
  const words = ["true", "false"] as const;
  const { rule, read } = oneOf(words);
  return { rule, write: String, read: (text) => (read(text) === undefined ? undefined : text === "true") };
}

function scope(): LinkValue<string | number> {
  const words = oneOf(["all", "generated"]);
  const { rule, read } = wholeNumber(0, Number.MAX_SAFE_INTEGER);
  return { rule: `${words.rule} or ${rule}`, write: String, read: (text) => words.read(text) ?? read(text) };
}

function tokenIds(): LinkValue<readonly number[]> {
  const read = (text: string) => {
    const items = text.split(",");
    return items.every((item) => INTEGER.test(item)) ? items.map(Number) : undefined;
  };
  return { rule: rules.ids, write: (ids) => ids.join(","), read };
}

function biases(): LinkValue<Readonly<Record<string, number>>> {
  const read = (text: string) => {
    const pairs = text.split(",").map((pair) => pair.split(":"));
    const entries = pairs.map(([id = "", bias = "", ...rest]) => {
      const value = rest.length === 0 && INTEGER.test(id) ? number.read(bias) : undefined;
      return value === undefined ? undefined : ([String(Number(id)), value] as const);
    });
    return entries.every((entry) => entry !== undefined) ? Object.fromEntries(entries) : undefined;
  };
  const write = (bias: Readonly<Record<string, number>>) =>
    Object.entries(bias)
      .map(([id, value]) => `${id}:${value}`)
      .join(",");
  return { rule: rules.biases, write, read };
}

function texts(): LinkValue<readonly string[]> {
  const read = (text: string) => {
    try {
      const value: unknown = JSON.parse(text);
      return Array.isArray(value) && value.every((item) => typeof item === "string") ? value : undefined;
    } catch {
      return undefined;
    }
  };
  return { rule: rules.texts, write: (value) => JSON.stringify(value), read };
}
