/** One option of the sampling for a control: setting it, and why its last value was refused. */
import { type Signal, useComputed, useSignal } from "@preact/signals";
import type { Sampling } from "../../protocol/text.ts";
import { readable } from "../../state/option-words.ts";
import { type Option, sampling, setOption } from "../../state/sampling.ts";

interface OptionControl<Name extends Option> {
  /** Its value, or the one just chosen, until the engine has accepted or refused that. */
  readonly value: Sampling[Name] | undefined;
  readonly problem: Signal<string | undefined>;
  /** Takes a value, or the default for undefined; a wrong one is refused by the engine. */
  set(value: Sampling[Name] | undefined): Promise<void>;
  /** Says why what was typed is no value. */
  refuse(problem: string): void;
}

export function useOption<Name extends Option>(name: Name): OptionControl<Name> {
  const given = useComputed(() => sampling.value[name]); // so that another option's value draws nothing again
  const problem = useSignal<string | undefined>(undefined);
  const asked = useSignal<{ readonly value: Sampling[Name] | undefined } | undefined>(undefined);
  return {
    value: asked.value === undefined ? given.value : asked.value.value,
    problem,
    set: async (value) => {
      const mine = { value };
      asked.value = mine;
      const refusal = await setOption(name, value as Sampling[Name]);
      if (asked.peek() !== mine) return; // another value has been chosen since
      asked.value = undefined;
      problem.value = refusal === undefined ? undefined : readable(refusal);
    },
    refuse: (reason) => {
      problem.value = reason;
    },
  };
}
