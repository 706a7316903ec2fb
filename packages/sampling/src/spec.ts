/**
 * A chain of steps as plain data: `[{ type: "top-k", k: 40 }, { type: "top-p", p: 0.9 }]`. It can be written as JSON, and it
 * is checked as a whole before anything is sampled. An empty chain is the full distribution. To add a step: one file with
 * the pure function and its rule, one line in StepSpec, one entry in RULES.
 */
import type { Candidates } from "./candidates.ts";
import { SamplingError, show } from "./errors.ts";
import { checkStep, type Rule, type StepContext } from "./rule.ts";
import { ADDITIVE_PENALTIES, type AdditivePenalties } from "./steps/additive-penalties.ts";
import { ALLOWED_TOKENS, type AllowedTokens } from "./steps/allowed-tokens.ts";
import { BANNED_WORDS, type BannedWords } from "./steps/banned-words.ts";
import { DECK_PENALTIES, type DeckPenalties } from "./steps/deck-penalties.ts";
import { DRY, type Dry } from "./steps/dry.ts";
import { EPSILON, type Epsilon } from "./steps/epsilon.ts";
import { ETA, type Eta } from "./steps/eta.ts";
import { FORCED_TOKEN, type ForcedToken } from "./steps/forced-token.ts";
import { GREEDY, type Greedy } from "./steps/greedy.ts";
import { LOGIT_BIAS, type LogitBias } from "./steps/logit-bias.ts";
import { MIN_LENGTH, type MinLength } from "./steps/min-length.ts";
import { MIN_P, type MinP } from "./steps/min-p.ts";
import { MIROSTAT, type Mirostat } from "./steps/mirostat.ts";
import { NO_REPEAT_NGRAM, type NoRepeatNgram } from "./steps/no-repeat-ngram.ts";
import { REPETITION_PENALTY, type RepetitionPenalty } from "./steps/repetition-penalty.ts";
import { TEMPERATURE, type Temperature } from "./steps/temperature.ts";
import { TOP_K, type TopK } from "./steps/top-k.ts";
import { TOP_N_SIGMA, type TopNSigma } from "./steps/top-n-sigma.ts";
import { TOP_P, type TopP } from "./steps/top-p.ts";
import { TYPICAL, type Typical } from "./steps/typical.ts";
import { WATERMARK, type Watermark } from "./steps/watermark.ts";
import { XTC, type Xtc } from "./steps/xtc.ts";

export type StepSpec =
  | AdditivePenalties
  | AllowedTokens
  | BannedWords
  | DeckPenalties
  | Dry
  | Epsilon
  | Eta
  | ForcedToken
  | Greedy
  | LogitBias
  | MinLength
  | MinP
  | Mirostat
  | NoRepeatNgram
  | RepetitionPenalty
  | Temperature
  | TopK
  | TopNSigma
  | TopP
  | Typical
  | Watermark
  | Xtc;

export type ChainSpec = readonly StepSpec[];

const RULES: { readonly [T in StepSpec["type"]]: Rule<Extract<StepSpec, { type: T }>> } = {
  "additive-penalties": ADDITIVE_PENALTIES,
  "allowed-tokens": ALLOWED_TOKENS,
  "banned-words": BANNED_WORDS,
  "deck-penalties": DECK_PENALTIES,
  dry: DRY,
  epsilon: EPSILON,
  eta: ETA,
  "forced-token": FORCED_TOKEN,
  greedy: GREEDY,
  "logit-bias": LOGIT_BIAS,
  "min-length": MIN_LENGTH,
  "min-p": MIN_P,
  mirostat: MIROSTAT,
  "no-repeat-ngram": NO_REPEAT_NGRAM,
  "repetition-penalty": REPETITION_PENALTY,
  temperature: TEMPERATURE,
  "top-k": TOP_K,
  "top-n-sigma": TOP_N_SIGMA,
  "top-p": TOP_P,
  typical: TYPICAL,
  watermark: WATERMARK,
  xtc: XTC,
};

/** What one step of a checked chain leaves of the candidates. */
export function applyStep(candidates: Candidates, step: StepSpec, context: StepContext): Candidates {
  return ruleOf(step.type).apply(candidates, step, context);
}

/**
 * A copy of `value`, if it is a chain: known steps, each with its parameters and no other, in range and in a place where
 * it has an effect.
 * @throws SamplingError that names the step and the rule.
 */
export function validateChain(value: unknown): ChainSpec {
  if (!Array.isArray(value)) throw new SamplingError(`chain: must be a list of steps, got ${show(value)}`);
  const chain = value.map((step: unknown, index) => validateStep(step, index, value.length));
  checkMirostat(chain);
  return chain;
}

function validateStep(value: unknown, index: number, length: number): StepSpec {
  const at = `chain: step ${index + 1}`;
  if (typeof value !== "object" || value === null || !("type" in value)) {
    throw new SamplingError(`${at} must be an object with a type, got ${show(value)}`);
  }
  const { type } = value;
  if (typeof type !== "string" || !Object.hasOwn(RULES, type)) {
    throw new SamplingError(`${at} has the unknown type ${show(type)}; known: ${Object.keys(RULES).join(", ")}`);
  }
  const rule = ruleOf(type as StepSpec["type"]);
  checkStep(rule, value, `${at} (${type})`);
  const place = rule.place;
  if (place && index !== (place.at === "first" ? 0 : length - 1)) {
    throw new SamplingError(`${at} (${type}) must come ${place.at}: ${place.because}`);
  }
  return structuredClone(value) as StepSpec;
}

function checkMirostat(chain: ChainSpec): void {
  if (chain.at(-1)?.type !== "mirostat") return;
  const others = chain.slice(0, -1).filter(({ type }) => ruleOf(type).kind === "truncation");
  if (others.length === 0) return;
  const names = others.map(({ type }) => type).join(", ");
  throw new SamplingError(`chain: mirostat replaces the other truncations; leave ${names} out`);
}

/** The rule of a type; the cast joins what the table's type ties together entry by entry. */
export function ruleOf(type: StepSpec["type"]): Rule<StepSpec> {
  return RULES[type] as unknown as Rule<StepSpec>;
}
