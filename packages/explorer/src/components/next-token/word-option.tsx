/** An option that is one of a few words, or the default. */
import { useComputed } from "@preact/signals";
import type { WordOption as Name } from "../../state/option-defaults.ts";
import { optionWords } from "../../state/option-words.ts";
import { shownDefault } from "../../state/shown-default.ts";
import { strings } from "../../strings.ts";
import { described, OptionRow } from "./option-row.tsx";
import { useOption } from "./use-option.ts";

export function WordOption({ name, words }: { readonly name: Name; readonly words: readonly string[] }) {
  const { value, problem, set } = useOption(name);
  const byDefault = useComputed(() => String(shownDefault(name)));
  const [label, help] = optionWords(name);
  return (
    <OptionRow name={name} label={label} help={help} isSet={value !== undefined} problem={problem.value}>
      <select
        aria-label={label}
        value={value ?? ""}
        {...described(name, problem.value)}
        onChange={({ currentTarget }) => void set((currentTarget.value || undefined) as never)}
      >
        <option value="">{strings.nextToken.defaultWord(byDefault.value)}</option>
        {words.map((word) => (
          <option key={word} value={word}>
            {word}
          </option>
        ))}
      </select>
    </OptionRow>
  );
}
