/**
 * Presets: options as a chain, in the order, with the defaults and by the boundary rules of one dialect. "deck" is the
 * lecture's complete algorithm: penalties with their shift, temperature, top-k, top-p. "hf" is transformers 5.18, "llama.cpp"
 * its common/sampling.cpp, "openai" the API as vLLM serves it, ties at top-k and top-p too; "greedy" is the lecture's without a draw. An option that a
 * dialect does not know keeps the rule of where it comes from and stands beside its kin.
 */
import { SamplingError, show } from "./errors.ts";
import { type ChainOptions, OPTIONS, type OptionName } from "./options.ts";
import type { Scope } from "./parameter.ts";
import { type ChainSpec, ruleOf, type StepSpec, validateChain } from "./spec.ts";
import { BUILDERS, type Dialect, type Place } from "./steps-of-options.ts";

export type Preset = "greedy" | Dialect;

interface Manners {
  readonly order: readonly Place[];
  readonly scope: Scope;
  readonly defaults: ChainOptions;
}

const CONSTRAINTS = ["banned-words", "min-length", "allowed-tokens", "forced-first", "forced-last"] as const;

const DIALECTS: { readonly [D in Dialect]: Manners } = {
  deck: {
    order: [
      ...(["deck-penalties", "repetition-penalty", "no-repeat-ngram", "dry", "logit-bias"] as const),
      ...CONSTRAINTS,
      ...(["temperature", "top-k", "top-p", "min-p", "typical", "epsilon", "eta"] as const),
      ...(["top-n-sigma", "xtc", "watermark", "mirostat"] as const),
    ],
    scope: "all",
    defaults: { topP: 0.9 },
  },
  hf: {
    order: [
      ...(["logit-bias", "repetition-penalty", "additive-penalties", "no-repeat-ngram", "dry"] as const),
      ...CONSTRAINTS,
      ...(["temperature", "top-k", "top-p", "min-p", "typical", "epsilon", "eta"] as const),
      ...(["top-n-sigma", "xtc", "watermark", "mirostat"] as const),
    ],
    scope: "all",
    defaults: { topK: 50 },
  },
  "llama.cpp": {
    order: [
      "logit-bias",
      ...CONSTRAINTS,
      ...(["repetition-penalty", "additive-penalties", "dry", "no-repeat-ngram"] as const),
      ...(["top-n-sigma", "top-k", "typical", "top-p", "min-p", "epsilon", "eta", "xtc"] as const),
      ...(["watermark", "temperature", "mirostat"] as const),
    ],
    scope: 64,
    defaults: { topK: 40, topP: 0.95, minP: 0.05, temperature: 0.8 },
  },
  openai: {
    order: [
      ...(["allowed-tokens", "banned-words", "min-length", "logit-bias", "forced-first", "forced-last"] as const),
      ...(["repetition-penalty", "additive-penalties", "no-repeat-ngram", "dry"] as const),
      ...(["temperature", "min-p", "top-k", "top-p", "typical", "epsilon", "eta"] as const),
      ...(["top-n-sigma", "xtc", "watermark", "mirostat"] as const),
    ],
    scope: "generated",
    defaults: {},
  },
};

export const dialects = Object.keys(DIALECTS) as Dialect[];

/**
 * The chain of these options, without the steps that would change nothing. `defaults: false` leaves out what the dialect would
 * add of itself.
 * @throws SamplingError for an unknown preset or option, a value out of range, or options that contradict each other.
 */
export function presetChain(
  preset: Preset,
  options: ChainOptions = {},
  { defaults = true }: { readonly defaults?: boolean } = {},
): ChainSpec {
  const dialect = preset === "greedy" ? "deck" : preset;
  if (!Object.hasOwn(DIALECTS, dialect)) {
    throw new SamplingError(`presetChain: unknown preset ${show(preset)}; known: greedy, ${dialects.join(", ")}`);
  }
  checkOptions(options);
  const { order, scope } = DIALECTS[dialect];
  const greedy = options.greedy ?? preset === "greedy";
  const filled = { ...(defaults ? defaultsFor(dialect, options, greedy) : {}), ...given(options) };
  const steps = order.flatMap((place) => BUILDERS[place](filled, { dialect, scope }) ?? []);
  if (greedy) checkGreedy(steps);
  return validateChain(greedy ? [...steps, { type: "greedy" }] : greedyLast(steps));
}

/** What a dialect adds of itself to these options: nothing that greedy or mirostat would make pointless. */
function defaultsFor(dialect: Dialect, options: ChainOptions, greedy: boolean): ChainOptions {
  if (greedy) return {};
  const { defaults } = DIALECTS[dialect];
  if (!BUILDERS.mirostat(options, { dialect, scope: "all" })) return defaults;
  return defaults.temperature === undefined ? {} : { temperature: defaults.temperature };
}

function given(options: ChainOptions): ChainOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function checkOptions(options: ChainOptions): void {
  const names = Object.keys(given(options));
  for (const name of names) {
    if (!Object.hasOwn(OPTIONS, name)) {
      throw new SamplingError(`presetChain: unknown option ${name}; known: ${Object.keys(OPTIONS).join(", ")}`);
    }
    const needed = OPTIONS[name as OptionName];
    if (needed.length === 0 || needed.some((other) => names.includes(other))) continue;
    throw new SamplingError(`presetChain: ${name} does nothing without ${needed.join(" or ")}; give that too`);
  }
}

function checkGreedy(steps: readonly StepSpec[]): void {
  const pointless = steps.filter(({ type }) => ["shape", "truncation", "choice"].includes(ruleOf(type).kind));
  if (pointless.length === 0) return;
  const names = pointless.map(({ type }) => (type === "greedy" ? "temperature 0" : type)).join(", ");
  throw new SamplingError(`presetChain: greedy takes the most probable token whatever ${names} does; leave one out`);
}

/** llama.cpp's temperature 0 chooses where its temperature stands: after all but what would find one token left. */
function greedyLast(steps: readonly StepSpec[]): readonly StepSpec[] {
  return steps.some(({ type }) => type === "greedy")
    ? [...steps.filter(({ type }) => type !== "greedy" && type !== "mirostat"), { type: "greedy" }]
    : steps;
}
