/**
 * A step is a function from candidates to candidates, together with its definition: its name, its parameters, the
 * options and flags that request it. Each step has a file in steps/. A truncation has two implementations, which a test
 * compares: `specification`, a function of its file, is the definition, by sorting; `run` is the fast one.
 */
import { type Check, nearest } from "@tsgpt/numeric";
import type { Candidates } from "./candidates.ts";
import { SamplingError, show } from "./errors.ts";
import type { Parameter, Scope } from "./parameter.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

/** Whose defaults, order and boundary rules a chain follows. */
export type Dialect = "lecture" | "hf" | "llama.cpp" | "openai";

/** Everything a step may look at besides the candidates. */
export interface StepContext {
  /** All ids so far, including the prompt. */
  readonly history: ArrayLike<number>;
  /** The length of the prompt in the history. */
  readonly promptLength: number;
  /** V: ids go from 0 to V - 1. */
  readonly vocabularySize: number;
  /** A uniform number in [0, 1) from the sampler's generator, for a step that acts randomly. */
  readonly uniform: () => number;
  /** Mirostat's bound on surprise, in bits; undefined before the first token. */
  readonly mu: number | undefined;
}

/**
 * penalty: changes logits by the history. constraint: removes or favors named tokens. shape: changes all logits alike.
 * truncation: removes less probable tokens. choice: leaves one.
 */
export type StepKind = "penalty" | "constraint" | "shape" | "truncation" | "choice";

/**
 * What an option of `presetChain` does to its step. T: its type. K: its key in transformers' generation config, if it
 * has one.
 */
export interface OptionDefinition<T = unknown, K extends string = never> {
  /** Its range is that of the step's parameter. */
  readonly check: Check<T>;
  /** The value that leaves the step out. */
  readonly neutral?: number;
  /** The option as transformers' generation config has it. */
  readonly transformers?: {
    /** In camelCase. */
    readonly key: K;
    /** Whether a value other than the neutral one leaves the step out there. */
    readonly isOff?: (value: number) => boolean;
  };
  /** The option has no effect unless one of these is given too. */
  readonly needs?: readonly string[];
}

/** An option on a command line, which has the text of its help. T: the type of its value. */
export interface Flag<T = unknown> {
  readonly takes: ValueOf<T>;
  /** As in `OptionDefinition`. */
  readonly needs?: readonly string[];
}

/** The values of a flag. */
export type FlagValue =
  | { readonly kind: "integer"; readonly least: number }
  | { readonly kind: "number"; readonly least?: number; readonly above?: 0; readonly most?: number; readonly below?: 1 }
  | { readonly kind: "word"; readonly words: readonly string[] }
  | { readonly kind: "scope" | "biases" | "token ids" }
  /** Token ids or texts; may be repeated. Texts become token ids by a tokenizer. */
  | { readonly kind: "texts" };

/** Texts are a list of strings, and nothing else is. */
type ValueOf<T> = unknown extends T
  ? FlagValue
  : NonNullable<T> extends readonly string[]
    ? Extract<FlagValue, { kind: "texts" }>
    : Exclude<FlagValue, { kind: "texts" }>;

/** What a step's builder needs to know about the dialect. */
export interface DialectContext {
  readonly dialect: Dialect;
  /** What the penalties count if no scope is given. */
  readonly scope: Scope;
}

interface Spec {
  readonly type: string;
}

/** S: the step as plain data. O: its options. F: its flags. K: the keys in transformers' generation config. */
export interface StepDefinition<S extends Spec, O extends object, F extends object, K extends string> {
  readonly type: S["type"];
  readonly kind: StepKind;
  /** Never set; the types of chains, options and flags are derived from it. */
  readonly declares?: { readonly spec: S; readonly options: O; readonly flags: F; readonly transformersKey: K };
  readonly parameters: { readonly [K in Exclude<keyof S, "type">]-?: Parameter };
  /** The only position that the step may have in a chain, and why. */
  readonly position?: { readonly at: "first" | "last"; readonly because: string };
  /** Only an option that is also a flag can have a key: the command line applies it as that flag. */
  readonly options: {
    readonly [N in keyof O]-?: OptionDefinition<Exclude<O[N], undefined>, N extends keyof F ? K : never>;
  };
  readonly flags: { readonly [N in keyof F]-?: Flag<F[N]> };
  /** What the step depends on besides the text, so that its result is not a function of the text alone. */
  readonly dependsOn?: "random numbers" | "previous draws";
  /** The options of flags that are not options of the same name. */
  readonly fromFlags?: (flags: F) => { readonly [N in keyof O]?: O[N] | undefined };
  /** The step for these options; called only if one of them is given and not neutral. */
  readonly build: (options: O, dialect: DialectContext) => S | readonly S[] | { readonly type: "greedy" } | undefined;
  /** The candidates that the step returns. Its parameters have been checked. */
  readonly run: Run<S>;
}

type Run<S extends Spec> = (
  candidates: Candidates,
  step: Omit<S, "type">,
  context: StepContext,
  workspace: Workspace,
) => Candidates;

/**
 * A step that depends on the candidates only.
 * @throws SamplingError for a parameter that is missing, unknown or out of range
 */
export type Step<
  S extends Spec,
  O extends object = object,
  F extends object = O,
  K extends string = never,
> = StepDefinition<S, O, F, K> & ((candidates: Candidates, ...step: Given<S>) => Candidates);

/** The parameters of a step, which may be omitted if it has none. */
type Given<S extends Spec> = keyof S extends "type" ? [step?: Omit<S, "type">] : [step: Omit<S, "type">];

/** A step that also depends on the text so far, or on the sampler's state. @throws SamplingError as `Step` */
export type ContextStep<
  S extends Spec,
  O extends object = object,
  F extends object = O,
  K extends string = never,
> = StepDefinition<S, O, F, K> & ((candidates: Candidates, step: Omit<S, "type">, context: StepContext) => Candidates);

const NO_CONTEXT: StepContext = {
  history: [],
  promptLength: 0,
  vocabularySize: Number.POSITIVE_INFINITY,
  uniform: () => Number.NaN,
  mu: undefined,
};

/** A step from its definition. */
export function step<S extends Spec, O extends object = object, F extends object = O, K extends string = never>(
  definition: StepDefinition<S, O, F, K>,
): Step<S, O, F, K> {
  return callable(definition);
}

/** A step that needs a context, from its definition. */
export function contextStep<S extends Spec, O extends object = object, F extends object = O, K extends string = never>(
  definition: StepDefinition<S, O, F, K>,
): ContextStep<S, O, F, K> {
  return callable(definition);
}

function callable<S extends Spec, O extends object, F extends object, K extends string>(
  definition: StepDefinition<S, O, F, K>,
) {
  const checked = (candidates: Candidates, given?: Omit<S, "type">, context: StepContext = NO_CONTEXT): Candidates => {
    const step = given ?? ({} as Omit<S, "type">);
    checkStep(definition, step);
    return definition.run(candidates, step, context, createWorkspace());
  };
  return Object.assign(checked, definition);
}

/** @throws SamplingError unless `step` has the parameters of the definition, in range, and nothing else. */
export function checkStep(
  definition: { readonly type: string; readonly parameters: Readonly<Record<string, Parameter>> },
  step: object,
  at: string = definition.type,
): void {
  const known = Object.keys(definition.parameters).join(", ") || "none";
  const given: Record<string, unknown> = { ...step };
  for (const name of Object.keys(given)) {
    if (name === "type" || Object.hasOwn(definition.parameters, name)) continue;
    const meant = nearest(name, Object.keys(definition.parameters));
    const fix = meant === undefined ? `its parameters: ${known}` : `did you mean "${meant}"?`;
    throw new SamplingError(`${at} has no parameter ${show(name)}; ${fix}`);
  }
  for (const [name, { required, check }] of Object.entries(definition.parameters)) {
    if (given[name] !== undefined) check(given[name], `${at}: ${name}`);
    else if (required) throw new SamplingError(`${at} lacks ${name}; its parameters: ${known}`);
  }
}
