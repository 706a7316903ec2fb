/**
 * A chain of steps as plain data: `[{ type: "top-k", k: 40 }, { type: "top-p", p: 0.9 }]`. It can be written as JSON,
 * and it is checked as a whole before anything is sampled. An empty chain is the full distribution. Its types follow
 * from steps/all.ts.
 */
import { nearest } from "@tsgpt/numeric";
import type { Candidates } from "./candidates.ts";
import { SamplingError, show } from "./errors.ts";
import { checkStep, type StepContext, type StepDefinition } from "./step.ts";
import * as all from "./steps/all.ts";
import type { Workspace } from "./workspace.ts";

export type AnyStep = (typeof all)[keyof typeof all];

type SpecOf<T> = T extends { readonly declares?: { readonly spec: infer S } } ? S : never;

/**
 * One step, with its parameters.
 * @useDeclaredType
 */
export type StepSpec = SpecOf<AnyStep>;

/** A chain: its steps, in their order. */
export type ChainSpec = readonly StepSpec[];

/** A step as the compiler infers it of a constant or a JSON file: `{ type: string; p: number }`. */
export interface InferredStep {
  readonly type: string;
}

/**
 * A chain as a caller has it. A step whose type is any string is checked when the chain is used; one that is written in
 * the call, when it is compiled.
 */
export type AnyChain<S extends InferredStep> = string extends S["type"]
  ? readonly S[] & readonly (S extends unknown ? (string extends S["type"] ? S : StepSpec) : never)[]
  : ChainSpec;

/**
 * The keys of transformers' generation config that options of steps have, in camelCase.
 * @useDeclaredType
 */
export type TransformersKey = KeyOf<AnyStep>;

type KeyOf<T> = T extends { readonly declares?: { readonly transformersKey: infer K } } ? K : never;

/** A definition whose step, options and flags are not known to the compiler. */
export type UnknownStep = StepDefinition<StepSpec, Record<string, unknown>, Record<string, unknown>, TransformersKey>;

const STEPS = new Map(Object.values(all).map((step) => [step.type, step as unknown as UnknownStep]));

/** The definition of a type. */
export function stepOf(type: StepSpec["type"]): UnknownStep {
  return STEPS.get(type)!;
}

/** Whether a chain takes random numbers before the draw. @throws SamplingError if the chain breaks a rule */
export function isRandom<const S extends InferredStep>(chain: AnyChain<S>): boolean {
  return validateChain(chain).some(({ type }) => stepOf(type).dependsOn === "random numbers");
}

/** The candidates that one step of a checked chain returns. */
export function applyStep(
  candidates: Candidates,
  step: StepSpec,
  context: StepContext,
  workspace: Workspace,
): Candidates {
  return stepOf(step.type).run(candidates, step, context, workspace);
}

/**
 * A copy of `value`, if it is a chain: known steps, each with its own parameters only, in range and at a position where
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
  const step = STEPS.get(value.type as StepSpec["type"]);
  if (!step) {
    const known = [...STEPS.keys()].sort();
    const meant = nearest(String(value.type), known);
    const fix = meant === undefined ? `known: ${known.join(", ")}` : `did you mean "${meant}"?`;
    throw new SamplingError(`${at} has the unknown type ${show(value.type)}; ${fix}`);
  }
  checkStep(step, value, `${at} (${step.type})`);
  const { position } = step;
  if (position && index !== (position.at === "first" ? 0 : length - 1)) {
    throw new SamplingError(`${at} (${step.type}) must come ${position.at}: ${position.because}`);
  }
  return structuredClone(value) as StepSpec;
}

function checkMirostat(chain: ChainSpec): void {
  if (chain.at(-1)?.type !== "mirostat") return;
  const others = chain.slice(0, -1).filter(({ type }) => stepOf(type).kind === "truncation");
  if (others.length === 0) return;
  const names = others.map(({ type }) => type).join(", ");
  throw new SamplingError(`chain: mirostat replaces the other truncations; leave ${names} out`);
}
