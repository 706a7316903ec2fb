/** An option that is written as text: ids, biases, texts (one a line), or what penalties count. */
import type { ChainFlags, FlagValue } from "@tsgpt/sampling";
import { FORMS } from "../../state/option-text.ts";
import { optionWords } from "../../state/option-words.ts";
import { sampling } from "../../state/sampling.ts";
import { shownDefault } from "../../state/shown-default.ts";
import { strings } from "../../strings.ts";
import { described, OptionRow } from "./option-row.tsx";
import { useOption } from "./use-option.ts";

export interface TextOptionProps {
  readonly name: keyof ChainFlags;
  readonly kind: keyof typeof FORMS & FlagValue["kind"];
}

export function TextOption({ name, kind }: TextOptionProps) {
  const { problem, draft, set, refuse, leave } = useOption(name);
  const [label, help] = optionWords(name);
  const value = sampling.value[name];
  const take = (text: string) => {
    draft.value = text;
    try {
      void set(text.trim() === "" ? undefined : (FORMS[kind].read(text) as never));
    } catch (reason) {
      refuse((reason as Error).message);
    }
  };
  const attributes = {
    "aria-label": label,
    placeholder: kind === "scope" ? String(shownDefault("penaltyScope")) : strings.nextToken.placeholders[kind],
    value: draft.value ?? (value === undefined ? "" : FORMS[kind].write(value)),
    ...described(name, problem.value),
    onBlur: leave,
  };
  return (
    <OptionRow name={name} label={label} help={help} isSet={value !== undefined} problem={problem.value}>
      {kind === "texts" ? (
        <textarea rows={2} dir="auto" {...attributes} onInput={({ currentTarget }) => take(currentTarget.value)} />
      ) : (
        <input type="text" {...attributes} onInput={({ currentTarget }) => take(currentTarget.value)} />
      )}
    </OptionRow>
  );
}
