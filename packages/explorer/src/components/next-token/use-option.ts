/** One option of the sampling for a control: setting it, and why its last value was refused. */
import { type Signal, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import type { Sampling } from "../../protocol/text.ts";
import { readable } from "../../state/option-words.ts";
import { type Option, sampling, samplingReplaced, setOption } from "../../state/sampling.ts";

interface OptionControl<Name extends Option> {
  /** Its value, or the one just chosen, until the engine has accepted or refused that. */
  readonly value: Sampling[Name] | undefined;
  readonly problem: Signal<string | undefined>;
  /** What is typed into its field, while that is typed, and while it is refused. */
  readonly draft: Signal<string | undefined>;
  /** Takes a value, or the default for undefined; a wrong one is refused by the engine. */
  set(value: Sampling[Name] | undefined): Promise<void>;
  /** Says why what was typed is no value. The one before it, if the engine has yet to take it, is still taken. */
  refuse(problem: string): void;
  /** When its field is left: shows the value, unless what was typed is none. */
  leave(): void;
}

export function useOption<Name extends Option>(name: Name): OptionControl<Name> {
  const given = useComputed(() => sampling.value[name]); // so that another option's value draws nothing again
  const problem = useSignal<string | undefined>(undefined);
  const draft = useSignal<string | undefined>(undefined);
  const asked = useSignal<{ readonly value: Sampling[Name] | undefined } | undefined>(undefined);
  useSignalEffect(() => {
    void samplingReplaced.value;
    draft.value = undefined;
    problem.value = undefined;
    asked.value = undefined;
  });
  return {
    value: asked.value === undefined ? given.value : asked.value.value,
    problem,
    draft,
    set: async (value) => {
      const mine = { value };
      asked.value = mine;
      const refusal = await setOption(name, value as Sampling[Name]);
      if (asked.peek() !== mine) return; // another value has been chosen since
      asked.value = undefined;
      problem.value = refusal === undefined ? undefined : readable(refusal);
    },
    refuse: (reason) => {
      asked.value = undefined; // its answer is not about what is in the field
      problem.value = reason;
    },
    leave: () => {
      if (problem.value === undefined) draft.value = undefined;
    },
  };
}
