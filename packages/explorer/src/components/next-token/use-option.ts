/** One option of the sampling for a control: setting it, and why its last value was refused. */
import { type Signal, useSignal } from "@preact/signals";
import type { Sampling } from "../../protocol/text.ts";
import { readable } from "../../state/option-words.ts";
import { type Option, setOption } from "../../state/sampling.ts";

interface OptionControl<Name extends Option> {
  readonly problem: Signal<string | undefined>;
  /** Takes a value, or the default for undefined; a wrong one is refused by the engine. */
  set(value: Sampling[Name]): Promise<void>;
  /** Says why what was typed is no value. */
  refuse(problem: string): void;
}

export function useOption<Name extends Option>(name: Name): OptionControl<Name> {
  const problem = useSignal<string | undefined>(undefined);
  return {
    problem,
    set: async (value) => {
      const refusal = await setOption(name, value);
      problem.value = refusal === undefined ? undefined : readable(refusal);
    },
    refuse: (reason) => {
      problem.value = reason;
    },
  };
}
