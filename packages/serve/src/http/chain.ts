/** The sampling chain of a request: the one that the command line makes of the same options. */
import { type ContextOverflowError, eosTokenIds, type Model } from "@tsgpt/gpt";
import {
  type AllFlags,
  type ChainOptions,
  type ChainSpec,
  checkFlagIds,
  type Dialect,
  optionsOfFlags,
  optionsOfTexts,
  presetChain,
  SamplingError,
} from "@tsgpt/sampling";
import { badRequest } from "./api-error.ts";
import { fieldIn, inFields } from "./sampling-fields.ts";

/** What a chain depends on. */
export interface ChainRequest {
  readonly dialect: Dialect;
  readonly flags: AllFlags;
  readonly maxTokens: number;
  readonly minTokens?: number | undefined;
  readonly forcedLast?: number | undefined;
}

/** Truncations that always keep the most probable token, so that temperature 0 gives the same token with them. */
const KEEP_THE_FIRST = ["topK", "topP", "minP", "epsilon", "eta", "topNSigma"] as const;

/**
 * The chains of a request, by the lengths of its prompts: texts are turned into token ids once.
 * @throws ApiError, also by the function returned, for values that are out of range or contradict each other, and for
 * ids outside the vocabulary
 */
export function chainsFor(model: Model, request: ChainRequest): (promptLength: number) => ChainSpec {
  const { config, tokenizer } = model;
  const { dialect, forcedLast } = request;
  const flags = atTemperatureZero(request);
  const texts = explained(() => {
    checkFlagIds({ ...flags, ...(forcedLast !== undefined && { forcedLast }) }, config.vocabSize);
    return optionsOfTexts(flags, tokenizer, config.vocabSize);
  });
  return (promptLength) =>
    explained(() => {
      const lengths = lengthOptions(model, promptLength, request);
      return presetChain(dialect, { greedy: flags.greedy, ...optionsOfFlags(flags), ...texts, ...lengths });
    });
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
