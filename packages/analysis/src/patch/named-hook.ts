/**
 * Hooks by name, as in TransformerLens's run_with_hooks: a name, or a rule that selects names, and what to do with the
 * activation. `traceOfHooks` turns the hooks of each sequence of a pass into a trace.
 */
import { activationKeys, checkActivationKey, type Hook, type Model, type Trace } from "@tsgpt/gpt";
import { type Checks, checkOptions, describeValue, type Kind, required } from "@tsgpt/numeric";
import { idsKind } from "../token-ids.ts";

/** Names of activations: one, several, or those that a function accepts. */
export type Names = string | readonly string[] | ((name: string) => boolean);

/** The text that a hook is used on. */
export interface HookedText {
  /** T */
  readonly length: number;
  /** H */
  readonly heads: number;
}

/** A change of activations, and their names. */
export interface NamedHook {
  readonly names: Names;
  /** Receives a copy of the activation; returns its replacement, or undefined to leave it. */
  readonly hook: Hook;
  /** Called before the pass, for each name. @throws RangeError if the hook does not fit the text or the activation */
  readonly check?: ((name: string, text: HookedText) => void) | undefined;
}

/** A change of activations as TransformerLens's run_with_hooks takes it: `["blocks.0.attn.hook_z", (z) => z]`. */
export type HookPair = readonly [names: Names, hook: Hook];

/** Changes of a run, in both forms. */
export type Hooks = readonly (NamedHook | HookPair)[];

/** One text, and what is changed in its pass. */
export interface HookedRun {
  readonly ids: ArrayLike<number>;
  readonly hooks?: Hooks | undefined;
}

export const namesKind: Kind<Names> = {
  rule: "the name of an activation, a list of names, or a function that accepts names",
  holds: (value) => typeof value === "function" || [value].flat().every((name) => typeof name === "string"),
};
export const hooksKind: Kind<Hooks> = { rule: "a list of hooks", holds: Array.isArray };

const HOOK_CHECKS: Checks<NamedHook> = {
  names: required(namesKind),
  hook: required("function"),
  check: "function",
};
const RUN_CHECKS: Checks<HookedRun> = {
  ids: required(idsKind),
  hooks: hooksKind,
};

/** @throws RangeError naming what is unknown, missing or of a wrong type in a run or in one of its hooks */
export function checkRuns(runs: readonly HookedRun[], by: string): void {
  if (!Array.isArray(runs)) throw new RangeError(`${by}: runs must be a list, got ${describeValue(runs)}`);
  for (const [i, run] of (runs as readonly HookedRun[]).entries()) {
    const name = runs.length > 1 ? `${by}: run ${i}` : by;
    if (idsKind.holds(run) || typeof run !== "object") {
      throw new RangeError(`${name}: a run must be an object { ids, hooks }, got ${describeValue(run)}`);
    }
    checkOptions(name, run, RUN_CHECKS);
    for (const [j, hook] of (run.hooks ?? []).entries()) namedHook(hook, `${name}: hook ${j}`);
  }
}

/** Both forms as one. @throws RangeError for what is neither */
function namedHook(given: NamedHook | HookPair, by: string): NamedHook {
  if (typeof given !== "object" || given === null || (isPair(given) && given.length !== 2)) {
    const got = isPair(given) ? `a list of ${(given as readonly unknown[]).length}` : describeValue(given);
    throw new RangeError(`${by} must be { names, hook } or [names, hook], got ${got}`);
  }
  const hook = isPair(given) ? { names: given[0], hook: given[1] } : given;
  checkOptions(by, hook, HOOK_CHECKS);
  return hook;
}

const isPair = (given: unknown): given is HookPair => Array.isArray(given);

/** The names among those of a model of `layers` blocks. @throws RangeError for an unknown one, naming the nearest */
export function namesOf(layers: number, names: Names, by: string): string[] {
  if (typeof names === "function") return activationKeys(layers).filter(names);
  const listed = typeof names === "string" ? [names] : names;
  for (const name of listed) checkActivationKey(layers, name, by);
  return [...listed];
}

/**
 * A trace in which sequence i of the pass has the hooks of run i; several hooks of one activation apply in order. Each
 * run is the whole text of its sequence, even if a cache holds the beginning.
 * @throws RangeError for an unknown name, or an invalid run or hook; what the hooks' own checks throw
 */
export function traceOfHooks(
  { config: { nLayer, nHead } }: Pick<Model, "config">,
  runs: readonly HookedRun[],
  by = "traceOfHooks",
): Trace {
  checkRuns(runs, by);
  const hooksOf = runs.map(({ ids: { length }, hooks = [] }) => {
    const byName = new Map<string, Hook[]>();
    for (const given of hooks) {
      const { names, hook, check } = namedHook(given, by);
      for (const name of namesOf(nLayer, names, by)) {
        check?.(name, { length, heads: nHead });
        byName.set(name, [...(byName.get(name) ?? []), hook]);
      }
    }
    return byName;
  });
  return {
    wants: (name, sequence = 0) => hooksOf[sequence]?.has(name) ?? false,
    visit: (name, activation, sequence = 0, start = 0) => {
      let current = activation;
      for (const hook of hooksOf[sequence]?.get(name) ?? [])
        current = hook(current.clone(), name, sequence, start) ?? current;
      return current;
    },
  };
}
