/**
 * Hooks by name, as in TransformerLens's run_with_hooks: a name, or a rule that selects names, and what to do with the
 * activation. `traceOfHooks` turns the hooks of each sequence of a pass into a trace.
 */
import { activationKeys, checkActivationKey, type Hook, type Model, type Trace } from "@tsgpt/gpt";
import { type Checks, checkOptions, type Kind, objectWith, required } from "@tsgpt/numeric";

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

/** One text, and what is changed in its pass. */
export interface HookedRun {
  readonly ids: ArrayLike<number>;
  readonly hooks?: readonly NamedHook[] | undefined;
}

export const namesKind: Kind<Names> = {
  rule: "the name of an activation, a list of names, or a function that accepts names",
  holds: (value) => typeof value === "function" || [value].flat().every((name) => typeof name === "string"),
};
export const hooksKind: Kind<readonly NamedHook[]> = { rule: "a list of hooks", holds: Array.isArray };

const HOOK_CHECKS: Checks<NamedHook> = {
  names: required(namesKind),
  hook: required("function"),
  check: "function",
};
const RUN_CHECKS: Checks<HookedRun> = {
  ids: required(objectWith<ArrayLike<number>>("a list of token ids", "length")),
  hooks: hooksKind,
};

/** @throws RangeError naming what is unknown, missing or of a wrong type in a run or in one of its hooks */
export function checkRuns(runs: readonly HookedRun[], by: string): void {
  for (const [i, run] of runs.entries()) {
    const name = runs.length > 1 ? `${by}: run ${i}` : by;
    checkOptions(name, run, RUN_CHECKS);
    for (const [j, hook] of (run.hooks ?? []).entries()) checkOptions(`${name}: hook ${j}`, hook, HOOK_CHECKS);
  }
}

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
    for (const { names, hook, check } of hooks) {
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
