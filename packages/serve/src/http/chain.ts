/** The sampling chain of a request: the one that the command line makes of the same options. */
import { type ContextOverflowError, eosTokenIds, type Model, yieldToEventLoop } from "@tsgpt/gpt";
import {
  type AllFlags,
  type ChainOptions,
  checkFlagIds,
  createSampler,
  type Dialect,
  optionsOfFlags,
  optionsOfTexts,
  presetChain,
  type Sampler,
  type SamplerOptions,
  SamplingError,
  type Spelling,
} from "@tsgpt/sampling";
import { badRequest } from "./api-error.ts";
import type { TextModel } from "./prompts.ts";
import { fieldIn, inFields } from "./sampling-fields.ts";

/** What a chain depends on. */
export interface ChainRequest {
  readonly dialect: Dialect;
  readonly flags: AllFlags;
  readonly maxTokens: number;
  readonly minTokens?: number | undefined;
  readonly forcedLast?: number | undefined;
  /** How many samplers are made of it. */
  readonly choices: number;
}

/** Token ids in the lists of all choices: a step goes through those of each, and so many take some ten milliseconds. */
const MOST_IDS_OF_CHOICES = 2 ** 17;

/** Truncations that always keep the most probable token, so that temperature 0 gives the same token with them. */
const KEEP_THE_FIRST = ["topK", "topP", "minP", "epsilon", "eta", "topNSigma"] as const;

/** Makes the sampler of a choice. */
export type Samplers = (options: SamplerOptions) => Sampler;

/**
 * The samplers of a request, by the lengths of its prompts. Texts are turned into token ids once, one by one with other
 * work between them, and prompts for which the chain is the same share it.
 * @throws ApiError, also by the function returned, for values that are out of range or contradict each other, and for
 * ids outside the vocabulary
 */
export async function chainsFor(model: TextModel, request: ChainRequest): Promise<(promptLength: number) => Samplers> {
  const { config } = model;
  const { dialect, forcedLast } = request;
  const flags = atTemperatureZero(request);
  const spelling = await spellingFor(model, flags);
  const texts = explained(() => {
    checkFlagIds({ ...flags, ...(forcedLast !== undefined && { forcedLast }) }, config.vocabSize);
    return optionsOfTexts(flags, spelling, config.vocabSize);
  });
  checkLists({ ...optionsOfFlags(flags), ...texts }, request.choices);
  const known = new Map<string, Samplers>();
  return (promptLength) =>
    explained(() => {
      const lengths = lengthOptions(model, promptLength, request);
      const key = JSON.stringify(lengths);
      const options = { greedy: flags.greedy, ...optionsOfFlags(flags), ...texts, ...lengths };
      const samplers = known.get(key) ?? samplersOf(dialect, options);
      known.set(key, samplers);
      return samplers;
    });
}

function samplersOf(dialect: Dialect, options: ChainOptions): Samplers {
  const chain = presetChain(dialect, options);
  return (own) => createSampler(chain, own);
}

/** @throws ApiError if the lists of token ids, of bans, allowed tokens and biases, are too long for so many choices */
function checkLists(options: object, choices: number): void {
  const lengths = Object.values(options).map((value: unknown) => {
    if (Array.isArray(value)) return value.flat().length;
    return typeof value === "object" && value !== null ? Object.keys(value).length : 0;
  });
  const longest = Math.max(0, ...lengths);
  if (longest * choices <= MOST_IDS_OF_CHOICES) return;
  const product = `a list of ${longest} token ids for each of ${choices} choices is ${longest * choices}`;
  throw badRequest(`${product}; at most ${MOST_IDS_OF_CHOICES} are taken; ask for fewer choices`, "n", "invalid_value");
}

/** The tokenizer, with the ids of the banned texts at hand. */
async function spellingFor({ tokenizer }: TextModel, { banned = [] }: AllFlags): Promise<Spelling> {
  const known = new Map<string, readonly number[]>();
  const encode = (text: string) => known.get(text) ?? tokenizer.encode(text);
  for (const [i, word] of banned.entries()) {
    if (i > 0) await yieldToEventLoop();
    const asked: string[] = [];
    const listed = (text: string) => {
      asked.push(text);
      return [];
    };
    explained(() => optionsOfTexts({ banned: [word] }, { ...tokenizer, encode: listed }, tokenizer.vocabSize));
    for (const text of asked) known.set(text, tokenizer.encode(text));
  }
  return { ...tokenizer, encode };
}

/** Runs `resolve`. @throws ApiError for a SamplingError */
function explained<Result>(resolve: () => Result): Result {
  try {
    return resolve();
  } catch (error) {
    if (error instanceof SamplingError) throw samplingError(error);
    throw error;
  }
}

/** Temperature 0 as greedy, except in llama.cpp's dialect, which has a rule for it. */
function atTemperatureZero({ dialect, flags }: ChainRequest): AllFlags {
  if (flags.temperature !== 0 || dialect === "llama.cpp") return flags;
  const rest: Record<string, unknown> = { ...flags, greedy: true };
  for (const name of ["temperature", ...KEEP_THE_FIRST]) delete rest[name];
  return rest;
}

function lengthOptions(
  { config, name }: Model,
  promptLength: number,
  { maxTokens, minTokens, forcedLast, flags }: ChainRequest,
): ChainOptions {
  const remaining = Math.min(maxTokens, config.nPositions - promptLength);
  const ends = eosTokenIds(config).filter((id) => id < config.vocabSize);
  if (minTokens && ends.length === 0) {
    throw badRequest(`min_tokens: model "${name}" has no end-of-text token to hold back`, "min_tokens");
  }
  const { forcedFirst } = flags;
  if (remaining === 1 && forcedLast !== undefined && (forcedFirst ?? forcedLast) !== forcedLast) {
    const both = `both forced_first ${forcedFirst} and forced_last ${forcedLast}`;
    throw badRequest(`only one token remains, which cannot be ${both}`, "forced_last");
  }
  return {
    ...(minTokens && { minLength: [{ length: minTokens, eos: ends.length === 1 ? (ends[0] as number) : ends }] }),
    ...(forcedLast !== undefined && remaining >= 1 && { forcedLast: { id: forcedLast, at: remaining - 1 } }),
  };
}

/** An error of sampling as one of the request. */
export function samplingError({ message }: SamplingError) {
  const text = inFields(message);
  return badRequest(text, fieldIn(text), "invalid_value");
}

/** A prompt that is too long, as OpenAI reports it. */
export function overflowError({ message }: ContextOverflowError) {
  return badRequest(message.replace(/^\w+: /, ""), "prompt", "context_length_exceeded");
}
