/** Parsers of option values; every error message names the valid range. */
import { expandHome, isRevision } from "@tsgpt/hub";
import { idsOfWord } from "@tsgpt/sampling";
import { InvalidArgumentError } from "commander";

/** A parser of whole numbers from `least` to `most`. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`must be a whole number from ${least} to ${most}`);
  };
}

/** A parser of finite numbers above 0, and at most `most` where one is given. */
export function positiveNumber(most = Number.POSITIVE_INFINITY): (text: string) => number {
  return (text) => {
    const value = numberOf(text);
    if (Number.isFinite(value) && value > 0 && value <= most) return value;
    const range = most === Number.POSITIVE_INFINITY ? "a finite number above 0" : `above 0 and at most ${most}`;
    throw new InvalidArgumentError(`must be ${range}`);
  };
}

/** NaN for text that is not a number; Number("") would be 0. */
function numberOf(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}

/** A number above 0 and below 1. */
export function properShare(text: string): number {
  const value = Number(text);
  if (value > 0 && value < 1) return value;
  throw new InvalidArgumentError("must be above 0 and below 1");
}

/** A number from 0, and below 1. */
export function shareBelowOne(text: string): number {
  const value = numberOf(text);
  if (value >= 0 && value < 1) return value;
  throw new InvalidArgumentError("must be 0 or more and below 1");
}

/** A finite number. */
export function finiteNumber(text: string): number {
  const value = finiteOf(text);
  if (value !== undefined) return value;
  throw new InvalidArgumentError("must be a finite number");
}

/** A parser of finite numbers from `least` to `most`. */
export function numberFrom(least: number, most = Number.POSITIVE_INFINITY): (text: string) => number {
  return (text) => {
    const value = numberOf(text);
    if (Number.isFinite(value) && value >= least && value <= most) return value;
    const range = most === Number.POSITIVE_INFINITY ? `a finite number, ${least} or more` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`must be ${range}`);
  };
}

/** `all`, `generated`, or a number of tokens. */
export function penaltyScope(text: string): "all" | "generated" | number {
  if (text === "all" || text === "generated") return text;
  if (/^\d+$/.test(text)) return wholeNumber(0)(text);
  throw new InvalidArgumentError("must be all, generated or a whole number of tokens");
}

/** How messages describe a list, with an example, and one item of it. */
interface ListForm {
  readonly list: string;
  readonly item: string;
}

const IDS: ListForm = { list: "token ids separated by commas, such as 1,2,3", item: "a whole number from 0" };
const LOGITS: ListForm = {
  list: "logits separated by commas, such as 0.8,-inf,0.4",
  item: "a finite number or -inf",
};
const BIASES: ListForm = { list: "id:bias pairs separated by commas, such as 5:2,7:-1.5", item: "an id:bias pair" };

/** The items between commas; `parse` returns undefined for an invalid one. @throws InvalidArgumentError */
function itemsOf<Item>(text: string, { list, item }: ListForm, parse: (part: string) => Item | undefined): Item[] {
  return text.split(",").map((part) => {
    const parsed = parse(part.trim());
    if (parsed !== undefined) return parsed;
    throw new InvalidArgumentError(`must be ${list}; ${JSON.stringify(part.trim())} is not ${item}`);
  });
}

/** A token id, or undefined. */
function idOf(text: string): number | undefined {
  return /^\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
}

/** A finite number, or undefined. */
function finiteOf(text: string): number | undefined {
  const value = numberOf(text);
  return Number.isFinite(value) ? value : undefined;
}

/** Biases by token id from `13:-2,50256:-100`. */
export function biases(text: string): Record<string, number> {
  const pairs = itemsOf(text, BIASES, (pair) => {
    const [left = "", right = "", ...rest] = pair.split(":");
    const [id, bias] = [idOf(left.trim()), finiteOf(right)];
    return id === undefined || bias === undefined || rest.length > 0 ? undefined : ([String(id), bias] as const);
  });
  const ids = pairs.map(([id]) => id);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice !== undefined) throw new InvalidArgumentError(`names token ${twice} twice`);
  return Object.fromEntries(pairs);
}

/** Ids from `1,2,3`. */
export function tokenIds(text: string): number[] {
  return itemsOf(text, IDS, idOf);
}

/** Logits, or the name of a file that holds them. */
export type LogitSource = { readonly file: string } | { readonly row: readonly number[] };

/** `0.8,-inf,0.4`, or `@row.json`. */
export function logitRow(text: string): LogitSource {
  if (text === "@") throw new InvalidArgumentError("@ must be followed by a file name: @row.json");
  if (text.startsWith("@")) return { file: path(text.slice(1)) };
  return { row: itemsOf(text, LOGITS, (logit) => (logit === "-inf" ? -Infinity : finiteOf(logit))) };
}

/** Collects token ids from an option that may be repeated. */
export function gatherTokens(text: string, before: readonly number[][] = []): number[][] {
  return [...before, tokenIds(text)];
}

/** Collects the values of an option that may be repeated; "" is refused, because every text contains it. */
export function gather(text: string, before: readonly string[] = []): string[] {
  if (text === "") throw new InvalidArgumentError("must not be empty");
  return [...before, text];
}

/** Collects token ids or texts; digits with other separators are refused as ambiguous. */
export function gatherWords(text: string, before: readonly string[] = []): string[] {
  try {
    idsOfWord(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
  return gather(text, before);
}

/**
 * How a prompt is processed: all at once without a cache, token by token, or the first K at once and then token by
 * token.
 */
export type Feeding = "none" | "step" | { readonly prefill: number };

/** `none`, `step` or `prefill:K`. */
export function feeding(text: string): Feeding {
  if (text === "none" || text === "step") return text;
  const prefill = idOf(/^prefill:(.*)$/.exec(text)?.[1] ?? "");
  if (prefill) return { prefill };
  throw new InvalidArgumentError("must be none, step or prefill:K, where K is a whole number from 1");
}

/** A head of attention, both numbers from 0. */
export interface Head {
  readonly layer: number;
  readonly head: number;
}

/** Collects heads; `0.3` is layer 0, head 3. */
export function gatherHeads(text: string, before: readonly Head[] = []): Head[] {
  const [, layer, head] = /^(0|[1-9]\d*)\.(0|[1-9]\d*)$/.exec(text) ?? []; // 0.03 is no decimal fraction
  if (layer === undefined) {
    throw new InvalidArgumentError("must be LAYER.HEAD, such as 0.3, both counted from 0 and without leading zeros");
  }
  return [...before, { layer: Number(layer), head: Number(head) }];
}

/** An activation by its TransformerLens name, or one position of it. */
export interface ActivationPlace {
  readonly key: string;
  readonly position: number | undefined;
}

/** Collects activations: `blocks.0.hook_resid_pre`, or `blocks.0.hook_resid_pre@3` for position 3. */
export function gatherPatches(text: string, before: readonly ActivationPlace[] = []): ActivationPlace[] {
  const [, key, position] = /^([^@\s]+)(?:@(0|[1-9]\d*))?$/.exec(text) ?? [];
  if (key === undefined) {
    throw new InvalidArgumentError("must be KEY or KEY@POSITION, such as blocks.0.hook_resid_pre@3");
  }
  return [...before, { key, position: position === undefined ? undefined : Number(position) }];
}

/** A file or folder, with `~` expanded: a shell leaves it as it is in `--output=~/x`. */
export function path(text: string): string {
  if (text === "") throw new InvalidArgumentError("must not be empty");
  try {
    return expandHome(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

/** The name of a branch, a tag or a commit. */
export function revision(text: string): string {
  if (isRevision(text)) return text;
  throw new InvalidArgumentError("must be the name of a branch, a tag or a commit");
}
