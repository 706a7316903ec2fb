/** The step that each option asks for, in a dialect; undefined where it is off or was not given. */
import type { ChainOptions } from "./options.ts";
import type { Scope } from "./parameter.ts";
import type { StepSpec } from "./spec.ts";

/** Whose defaults, order and boundaries. */
export type Dialect = "deck" | "hf" | "llama.cpp" | "openai";

/** What a builder needs to know of a dialect. */
interface Manner {
  readonly dialect: Dialect;
  /** What the penalties count where no scope is given. */
  readonly scope: Scope;
}

/** A place in a dialect's order. */
export type Place = Exclude<StepSpec["type"], "forced-token" | "greedy"> | "forced-first" | "forced-last";

type Build = (options: ChainOptions, manner: Manner) => StepSpec | readonly StepSpec[] | undefined;

/** Whose rule at ties top-k and top-p take: transformers' under "hf", and under "openai", as vLLM's is the same. */
const boundaryAtTies = ({ dialect }: Manner) => (dialect === "hf" || dialect === "openai" ? "hf" : "llama.cpp");

/** Whose boundary rule typical takes: transformers' under "hf", llama.cpp's elsewhere. */
const boundary = ({ dialect }: Manner): "hf" | "llama.cpp" => (dialect === "hf" ? "hf" : "llama.cpp");

export const BUILDERS: { readonly [P in Place]: Build } = {
  "additive-penalties": ({ frequencyPenalty = 0, presencePenalty = 0, penaltyScope }, { scope }) =>
    frequencyPenalty === 0 && presencePenalty === 0
      ? undefined
      : {
          type: "additive-penalties",
          frequency: frequencyPenalty,
          presence: presencePenalty,
          scope: penaltyScope ?? scope,
        },
  "allowed-tokens": ({ allowed }) => allowed && { type: "allowed-tokens", ids: allowed },
  "banned-words": ({ banned }) => banned && { type: "banned-words", sequences: banned },
  "deck-penalties": ({ frequencyPenalty = 1, presencePenalty = 1, penaltyScope }, { scope }) =>
    frequencyPenalty === 1 && presencePenalty === 1
      ? undefined
      : {
          type: "deck-penalties",
          frequency: frequencyPenalty,
          presence: presencePenalty,
          scope: penaltyScope ?? scope,
        },
  dry: ({ dryMultiplier = 0, dryBase = 1.75, dryAllowedLength = 2, dryBreakers = [], penaltyScope = "all" }) =>
    dryMultiplier === 0
      ? undefined
      : {
          type: "dry",
          multiplier: dryMultiplier,
          base: dryBase,
          allowedLength: dryAllowedLength,
          ...(dryBreakers.length > 0 && { breakers: dryBreakers }),
          scope: penaltyScope,
        },
  epsilon: ({ epsilon = 0 }) => (epsilon === 0 ? undefined : { type: "epsilon", epsilon }),
  eta: ({ eta = 0 }) => (eta === 0 ? undefined : { type: "eta", epsilon: eta }),
  "forced-first": ({ forcedFirst: id }) => (id === undefined ? undefined : { type: "forced-token", id, at: 0 }),
  "forced-last": ({ forcedLast }) => forcedLast && { type: "forced-token", ...forcedLast },
  "logit-bias": ({ logitBias }) => logitBias && { type: "logit-bias", bias: logitBias },
  "min-length": ({ minLength = [] }) => [minLength].flat().map((each) => ({ type: "min-length", ...each })),
  "min-p": ({ minP = 0 }) => (minP === 0 ? undefined : { type: "min-p", p: minP }),
  mirostat: ({ mirostatTau, mirostatEta }) =>
    mirostatTau === 0 || (mirostatTau === undefined && mirostatEta === undefined)
      ? undefined
      : { type: "mirostat", tau: mirostatTau ?? 5, eta: mirostatEta ?? 0.1 },
  "no-repeat-ngram": ({ noRepeatNgram = 0, penaltyScope = "all" }) =>
    noRepeatNgram === 0 ? undefined : { type: "no-repeat-ngram", n: noRepeatNgram, scope: penaltyScope },
  "repetition-penalty": ({ repetitionPenalty = 1, penaltyScope }, { dialect, scope }) =>
    repetitionPenalty === 1
      ? undefined
      : {
          type: "repetition-penalty",
          penalty: repetitionPenalty,
          scope: penaltyScope ?? (dialect === "openai" ? "all" : scope), // vLLM's counts the prompt
        },
  temperature: ({ temperature = 1 }, { dialect }) =>
    temperature === 1
      ? undefined
      : dialect === "llama.cpp" && temperature <= 0
        ? { type: "greedy" }
        : { type: "temperature", temperature },
  "top-k": ({ topK = 0 }, manner) =>
    topK === 0 ? undefined : { type: "top-k", k: topK, boundary: boundaryAtTies(manner) },
  "top-n-sigma": ({ topNSigma = 0 }) => (topNSigma === 0 ? undefined : { type: "top-n-sigma", n: topNSigma }),
  "top-p": ({ topP = 1 }, manner) =>
    topP === 1 ? undefined : { type: "top-p", p: topP, ...(boundaryAtTies(manner) === "hf" && { boundary: "hf" }) },
  typical: ({ typical = 1 }, manner) =>
    typical === 1 ? undefined : { type: "typical", mass: typical, boundary: boundary(manner) },
  watermark: ({ watermark }) => watermark && { type: "watermark", ...watermark },
  xtc: ({ xtcProbability = 0, xtcThreshold = 0.1 }) =>
    xtcProbability === 0 ? undefined : { type: "xtc", probability: xtcProbability, threshold: xtcThreshold },
};
