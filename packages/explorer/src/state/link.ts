/**
 * A link to a state of the page: its URL fragment, such as #v=1&model=fairytales&prompt=Once+upon&seed=7. Keys are the
 * options of `tsgpt generate`, and more. Pure functions; a link comes from anywhere, so each key is validated by
 * itself, and what is wrong with it is said in a sentence.
 */
import type { SamplerState } from "@tsgpt/sampling";
import type { PastToken, Sampling } from "../protocol/text.ts";
import { strings } from "../strings.ts";
import { type PageChoices, pageKeys } from "./link-page.ts";
import { samplingKeys } from "./link-sampling.ts";
import { INTEGER, type LinkKey, linkKey, number, wholeNumber } from "./link-values.ts";
import { SECTIONS, type SectionName } from "./sections.ts";

const { rules } = strings.link;

/** Characters of the longest link that is read. The text of 1,024 tokens, each percent-encoded, is shorter. */
export const LONGEST_LINK = 50_000;
const VERSION = "1";
/** Problems that are told one by one. */
const TOLD = 2;

/** What a link holds. What is omitted has the page's default, or follows the text. */
export interface LinkState extends PageChoices {
  /** The name of a bundled model; for one of the hub, org/name@revision. */
  readonly model?: string;
  readonly prompt?: string;
  readonly seed?: number;
  readonly maxTokens?: number;
  readonly sampling?: Sampling;
  /** The generated tokens. */
  readonly past?: readonly PastToken[];
  /** The sampler's state after them, if it does not follow from the rest. */
  readonly random?: SamplerState;
  readonly layer?: number;
  readonly head?: number;
  readonly position?: number;
  readonly open?: readonly SectionName[];
}

export interface DecodedLink {
  readonly state: LinkState;
  /** A sentence about each key that could not be taken. */
  readonly problems: readonly string[];
}

/** The layer before the first block, as in selection.ts. */
export const EMBEDDING = -1;
const MOST_INDEX = 1_000_000;
const index = wholeNumber(0, MOST_INDEX);
const TOKEN = /^(\d{1,9})(c?)$/;
const WORD = 2 ** 32;

/** The keys besides those of the sampling, in the order in which they are written. */
const KEYS: { readonly [Name in Exclude<keyof LinkState, "sampling">]-?: LinkKey<NonNullable<LinkState[Name]>> } = {
  model: linkKey("model", { rule: rules.name, write: String, read: (value) => value || undefined }),
  prompt: linkKey("prompt", { rule: "", write: String, read: (value) => value }),
  seed: linkKey("seed", wholeNumber(0, Number.MAX_SAFE_INTEGER)),
  maxTokens: linkKey("max-tokens", wholeNumber(1, 1_000_000)),
  past: linkKey("tokens", {
    rule: rules.tokens,
    write: (past) => past.map(({ id, isChosen }) => `${id}${isChosen ? "c" : ""}`).join(","),
    read: (value) => listOf(value, pastToken),
  }),
  random: linkKey("random", {
    rule: rules.random,
    write: ({ generator, mu }) => [...generator, ...(mu === undefined ? [] : [mu])].join(","),
    read: readRandom,
  }),
  layer: linkKey("layer", wholeNumber(EMBEDDING, MOST_INDEX)),
  head: linkKey("head", index),
  position: linkKey("position", index),
  open: linkKey("open", {
    rule: rules.words(SECTIONS.map(kebab)),
    write: (open) => open.map(kebab).join(","),
    read: (value) => listOf(value, (word) => SECTIONS.find((name) => kebab(name) === word)),
  }),
  ...pageKeys,
};

/** The fragment of a state, without its #. */
export function encodeLink({ sampling, ...state }: LinkState): string {
  const own = Object.entries(KEYS).flatMap(([name, key]) => entryOf(key as LinkKey<unknown>, state[name as "model"]));
  const drawn = samplingKeys.flatMap((key) => entryOf(key, sampling?.[key.option]));
  return [["v", VERSION] as const, ...own, ...drawn].map(([key, value]) => `${key}=${escaped(value)}`).join("&");
}

/** The state of a fragment, with or without its #, and what is wrong with it. Never throws. */
export function decodeLink(fragment: string): DecodedLink {
  const text = fragment.replace(/^#/, "");
  if (text.length > LONGEST_LINK) return { state: {}, problems: [strings.link.long(text.length, LONGEST_LINK)] };
  const problems: string[] = [];
  const found = entriesOf(text, problems);
  const version = found.get("v") ?? VERSION;
  if (version !== VERSION) return { state: {}, problems: [strings.link.version(quoted(version))] };
  found.delete("v");
  const state: Record<string, unknown> = {};
  const sampling: Record<string, unknown> = {};
  for (const [name, key] of Object.entries(KEYS)) take(key as LinkKey<unknown>, name, found, state, problems);
  for (const key of samplingKeys) take(key, key.option, found, sampling, problems);
  for (const key of found.keys()) problems.push(strings.link.unknown(shortened(key)));
  const hasSampling = Object.keys(sampling).length > 0;
  const drawn = { dialect: "lecture", ...sampling } as Sampling;
  return { state: { ...state, ...(hasSampling && { sampling: drawn }) }, problems };
}

/** Why a fragment is no link that opens its state again, if so. Undefined is that of a model without a name. */
export function whyNoLink(fragment: string | undefined): string | undefined {
  if (fragment === undefined) return strings.shareAndExport.noLink;
  const { length } = fragment;
  return length > LONGEST_LINK ? strings.shareAndExport.longLink(length, LONGEST_LINK) : undefined;
}

/** The sentences about a link, in one text; `taken` parts of it were opened. */
export function describeProblems(problems: readonly string[], taken: number): string | undefined {
  if (problems.length === 0) return undefined;
  const more = problems.length > TOLD ? [strings.link.more(problems.length - TOLD)] : [];
  return [...problems.slice(0, TOLD), ...more, ...(taken > 0 ? [strings.link.rest] : [])].join(" ");
}

function entryOf<Value>(key: LinkKey<Value>, value: Value | undefined): (readonly [string, string])[] {
  return value === undefined ? [] : [[key.key, key.write(value)]];
}

/** Reads one key, and removes it from what was found. */
function take(
  { key, rule, read }: LinkKey<unknown>,
  name: string,
  found: Map<string, string>,
  into: Record<string, unknown>,
  problems: string[],
): void {
  const given = found.get(key);
  if (given === undefined) return;
  found.delete(key);
  const value = read(given);
  if (value === undefined) problems.push(strings.link.wrong(key, rule, quoted(given)));
  else into[name] = value;
}

function entriesOf(text: string, problems: string[]): Map<string, string> {
  const found = new Map<string, string>();
  const unnamed = new Set<string>(); // said once
  for (const piece of text.split("&").filter(Boolean)) {
    const [key = "", ...rest] = piece.split("=");
    const value = unescaped(rest.join("="));
    const name = unescaped(key) ?? key;
    if (name === "") unnamed.add(strings.link.unnamed);
    else if (found.has(name)) problems.push(strings.link.twice(shortened(name)));
    else if (value === undefined) problems.push(strings.link.wrong(shortened(name), rules.encoding, quoted(piece)));
    else found.set(name, value);
  }
  problems.push(...unnamed);
  return found;
}

/** As in a form: + is a space. What a fragment may have stays readable. */
function escaped(value: string): string {
  const wellFormed = new URLSearchParams([["", value]]).toString().slice(1);
  return wellFormed.replace(/%(?:2C|3A|2F|40)/g, decodeURIComponent);
}

/** Undefined for an escape that is not UTF-8. */
function unescaped(value: string): string | undefined {
  try {
    return decodeURIComponent(value.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}

function listOf<Item>(value: string, read: (item: string) => Item | undefined): Item[] | undefined {
  const items = value === "" ? [] : value.split(",").map(read);
  return items.includes(undefined) ? undefined : (items as Item[]);
}

function pastToken(item: string): PastToken | undefined {
  const match = TOKEN.exec(item);
  return match ? { id: Number(match[1]), isChosen: match[2] !== "" } : undefined;
}

function readRandom(value: string): SamplerState | undefined {
  const [a, b, c, d, mu, ...rest] = value.split(",");
  const generator = [a, b, c, d].map((word = "") => (INTEGER.test(word) ? Number(word) : WORD));
  const bound = mu === undefined ? undefined : number.read(mu);
  const isState = generator.every((word) => word < WORD) && generator.some(Boolean) && rest.length === 0;
  return isState && (mu === undefined || bound !== undefined) ? { generator, mu: bound } : undefined;
}

/** `nextToken` as `next-token`. */
function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

const quoted = (text: string): string => JSON.stringify(shortened(text));

function shortened(text: string): string {
  return text.length > 30 ? `${text.slice(0, 30)}…` : text;
}
