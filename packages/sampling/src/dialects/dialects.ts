/**
 * Dialects: the order of the steps, the defaults and the scope of the penalties. "lecture" is the complete algorithm of
 * the lecture "Sampling and Inference": penalties with their shift, temperature, top-k, top-p. "hf" is transformers
 * 5.18, "llama.cpp" its common/sampling.cpp, "openai" the API as vLLM serves it. A step that a dialect does not know
 * runs next to similar ones.
 */
import type { Scope } from "../parameter.ts";
import type { StepSpec } from "../spec.ts";
import type { Dialect } from "../step.ts";
import type { ChainOptions } from "./options.ts";

/** A step that has a position in an order; greedy always comes last. */
export type Ordered = Exclude<StepSpec["type"], "greedy">;

/** The steps that an order lacks. Of the two penalties with the same options it has one. */
export type Missing<Order extends readonly Ordered[]> = Exclude<Ordered, Order[number] | OtherPenalties<Order[number]>>;

type OtherPenalties<Listed> = "lecture-penalties" extends Listed
  ? "additive-penalties"
  : "additive-penalties" extends Listed
    ? "lecture-penalties"
    : never;

/** The order of steps, the defaults and the scope of a dialect. */
export interface DialectSpec<Order extends readonly Ordered[] = readonly Ordered[]> {
  readonly order: Order;
  /** What the penalties count if no scope is given. */
  readonly scope: Scope;
  readonly defaults: ChainOptions;
}

/** Does not compile unless the order has every step. */
export function dialect<const Order extends readonly Ordered[]>(
  spec: DialectSpec<Order> & ([Missing<Order>] extends [never] ? unknown : { readonly missing: Missing<Order> }),
): DialectSpec {
  return spec;
}

const CONSTRAINTS = ["banned-words", "min-length", "allowed-tokens", "forced-token"] as const;

/** What each dialect is: its order of steps, its defaults, and what its penalties count. */
export const DIALECT_SPECS: { readonly [D in Dialect]: DialectSpec } = {
  lecture: dialect({
    order: [
      "lecture-penalties",
      "repetition-penalty",
      "no-repeat-ngram",
      "dry",
      "logit-bias",
      ...CONSTRAINTS,
      "temperature",
      "top-k",
      "top-p",
      "min-p",
      "typical",
      "epsilon",
      "eta",
      "top-n-sigma",
      "xtc",
      "watermark",
      "mirostat",
    ],
    scope: "all",
    defaults: { topP: 0.9 },
  }),
  hf: dialect({
    order: [
      "logit-bias",
      "repetition-penalty",
      "additive-penalties",
      "no-repeat-ngram",
      "dry",
      ...CONSTRAINTS,
      "temperature",
      "top-k",
      "top-p",
      "min-p",
      "typical",
      "epsilon",
      "eta",
      "top-n-sigma",
      "xtc",
      "watermark",
      "mirostat",
    ],
    scope: "all",
    defaults: { topK: 50 },
  }),
  "llama.cpp": dialect({
    order: [
      "logit-bias",
      ...CONSTRAINTS,
      "repetition-penalty",
      "additive-penalties",
      "dry",
      "no-repeat-ngram",
      "top-n-sigma",
      "top-k",
      "typical",
      "top-p",
      "min-p",
      "epsilon",
      "eta",
      "xtc",
      "watermark",
      "temperature",
      "mirostat",
    ],
    scope: 64,
    defaults: { topK: 40, topP: 0.95, minP: 0.05, temperature: 0.8 },
  }),
  openai: dialect({
    order: [
      "allowed-tokens",
      "banned-words",
      "min-length",
      "logit-bias",
      "forced-token",
      "repetition-penalty",
      "additive-penalties",
      "no-repeat-ngram",
      "dry",
      "temperature",
      "min-p",
      "top-k",
      "top-p",
      "typical",
      "epsilon",
      "eta",
      "top-n-sigma",
      "xtc",
      "watermark",
      "mirostat",
    ],
    scope: "generated",
    defaults: {},
  }),
};

/** The names of all dialects. */
export const dialects = Object.keys(DIALECT_SPECS) as Dialect[];
