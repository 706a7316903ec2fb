/** Presets: options as a chain, in the order, with the defaults and by the boundary rules of one dialect. */
import { type Checks, checkOptions } from "@tsgpt/numeric";
import { SamplingError, show } from "../errors.ts";
import { type ChainSpec, type StepSpec, stepOf, validateChain } from "../spec.ts";
import type { Dialect, DialectContext, OptionDefinition } from "../step.ts";
import { DIALECT_SPECS, dialects } from "./dialects.ts";
import { chainOptionChecks, optionDefinitions } from "./option-checks.ts";
import type { ChainOptions } from "./options.ts";

/** Whether the dialect's defaults apply. */
export interface PresetOptions {
  /** False omits the dialect's defaults. */
  readonly defaults?: boolean | undefined;
}

const PRESET_CHECKS: Checks<PresetOptions> = { defaults: "boolean" };

/** A dialect, or the lecture's without a draw. */
export type Preset = "greedy" | Dialect;

/**
 * The chain of these options, without the steps that would change nothing.
 * @throws RangeError for an unknown option, or one of another type; SamplingError for an unknown preset, a value out of
 * range, or options that contradict each other.
 */
export function presetChain(preset: Preset, options: ChainOptions = {}, presetOptions: PresetOptions = {}): ChainSpec {
  checkOptions("presetChain", options, chainOptionChecks);
  checkOptions("presetChain", presetOptions, PRESET_CHECKS);
  const { defaults = true } = presetOptions;
  const dialect = preset === "greedy" ? "lecture" : preset;
  if (!Object.hasOwn(DIALECT_SPECS, dialect)) {
    throw new SamplingError(`presetChain: unknown preset ${show(preset)}; known: greedy, ${dialects.join(", ")}`);
  }
  checkNeeds(options);
  const { order, scope } = DIALECT_SPECS[dialect];
  const greedy = options.greedy ?? preset === "greedy";
  const filled = { ...(defaults ? defaultsFor(dialect, { ...options, greedy }) : {}), ...given(options) };
  const steps = order.flatMap((type) => build(type, filled, { dialect, scope }));
  if (greedy) checkGreedy(steps);
  return validated(greedy ? [...steps, { type: "greedy" }] : greedyLast(steps), filled);
}

/** The chain; an error names the option that was given, and its cause the step's parameter. */
function validated(steps: readonly StepSpec[], options: ChainOptions): ChainSpec {
  try {
    return validateChain(steps);
  } catch (cause) {
    const named = (_: string, type: StepSpec["type"], parameter?: string) => optionOf(type, parameter, options);
    const problem = (cause as SamplingError).message.replace(/^chain: (?:step \d+ \(([\w-]+)\)(?:: (\w+))?)?/, named);
    throw new SamplingError(`presetChain: ${problem}`, { cause });
  }
}

/** The option that gives a step this parameter: the one with its name, such as dryBase of base, or the only one. */
function optionOf(type: StepSpec["type"] | undefined, parameter = "", options: ChainOptions): string {
  if (type === undefined) return "";
  const own = Object.entries(options).filter(([name]) => Object.hasOwn(stepOf(type).options, name));
  for (const [name, value] of own) if (Object.hasOwn([value].flat()[0] ?? {}, parameter)) return `${name}.${parameter}`;
  return (own.find(([name]) => name.toLowerCase().includes(parameter.toLowerCase())) ?? own[0])![0];
}

/** The steps of one type that these options ask for: none if all of its options are omitted or neutral. */
function build(type: StepSpec["type"], options: ChainOptions, dialect: DialectContext): readonly StepSpec[] {
  const step = stepOf(type);
  const own = Object.entries(options).filter(([name]) => Object.hasOwn(step.options, name));
  const asks = own.some(([name, value]) => isSwitch(step.options[name]!) && value !== step.options[name]!.neutral);
  return asks ? [step.build(Object.fromEntries(own), dialect) ?? []].flat() : [];
}

/** Whether an option asks for its step by itself. */
function isSwitch({ needs }: Pick<OptionDefinition, "needs">): boolean {
  return needs === undefined;
}

/**
 * The dialect's defaults that have an effect with these options: those that greedy or mirostat would make pointless are
 * omitted.
 * @throws RangeError for an unknown option, or one of another type
 */
export function defaultsFor(dialect: Dialect, options: ChainOptions): ChainOptions {
  checkOptions("defaultsFor", options, chainOptionChecks);
  if (options.greedy) return {};
  const { defaults } = DIALECT_SPECS[dialect];
  if (build("mirostat", given(options), { dialect, scope: "all" }).length === 0) return defaults;
  return defaults.temperature === undefined ? {} : { temperature: defaults.temperature };
}

function given(options: ChainOptions): ChainOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** Every option with the others that it has no effect without. */
function optionNeeds(): Map<string, readonly string[]> {
  const needs = new Map<string, readonly string[]>();
  for (const [name, option] of optionDefinitions()) {
    needs.set(name, [...(needs.get(name) ?? []), ...(option.needs ?? [])]);
  }
  return needs;
}

function checkNeeds(options: ChainOptions): void {
  const names = Object.keys(given(options));
  const known = optionNeeds();
  for (const name of names) {
    const needed = known.get(name) ?? [];
    if (needed.length === 0 || needed.some((other) => names.includes(other))) continue;
    throw new SamplingError(`presetChain: ${name} does nothing without ${needed.join(" or ")}; give that too`);
  }
}

function checkGreedy(steps: readonly StepSpec[]): void {
  const pointless = steps.filter(({ type }) => ["shape", "truncation", "choice"].includes(stepOf(type).kind));
  if (pointless.length === 0) return;
  const names = pointless.map(({ type }) => (type === "greedy" ? "temperature 0" : type)).join(", ");
  throw new SamplingError(`presetChain: greedy takes the most probable token whatever ${names} does; leave one out`);
}

/**
 * llama.cpp's temperature 0 chooses where its temperature is: greedy comes last, and steps after it would see one
 * token.
 */
function greedyLast(steps: readonly StepSpec[]): readonly StepSpec[] {
  return steps.some(({ type }) => type === "greedy")
    ? [...steps.filter(({ type }) => type !== "greedy" && type !== "mirostat"), { type: "greedy" }]
    : steps;
}
