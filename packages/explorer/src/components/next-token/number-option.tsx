/** An option that is a number: a slider and a field. Without a value of its own both show the default. */
import { useComputed } from "@preact/signals";
import type { NumberOption as Name } from "../../state/option-defaults.ts";
import { optionWords } from "../../state/option-words.ts";
import { sampling } from "../../state/sampling.ts";
import { shownDefault } from "../../state/shown-default.ts";
import { strings } from "../../strings.ts";
import { described, OptionRow } from "./option-row.tsx";
import { sliderOf } from "./sliders.ts";
import { useOption } from "./use-option.ts";

export function NumberOption({ name }: { readonly name: Name }) {
  const { value, problem, draft, set, refuse, leave } = useOption(name);
  const [label, help] = optionWords(name);
  const byDefault = useComputed(() => shownDefault(name) as number | undefined);
  const shown = value ?? byDefault.value;
  const dialect = useComputed(() => sampling.value.dialect);
  const slider = sliderOf(name, dialect.value);
  const take = ({ value: text, validity }: HTMLInputElement) => {
    draft.value = text;
    if (validity.badInput) refuse(strings.nextToken.wrongNumber);
    else void set(text === "" ? undefined : Number(text));
  };
  const drag = (value: number) => {
    draft.value = undefined;
    void set(value);
  };
  return (
    <OptionRow name={name} label={label} help={help} isSet={value !== undefined} problem={problem.value}>
      {slider && (
        <input
          type="range"
          aria-label={label}
          min={slider.from}
          max={slider.to}
          step={slider.step}
          value={shown}
          onInput={({ currentTarget }) => drag(currentTarget.valueAsNumber)}
        />
      )}
      <input
        type="number"
        aria-label={label}
        step={slider?.step ?? 1}
        placeholder={strings.nextToken.none}
        value={draft.value ?? shown ?? ""}
        {...described(name, problem.value)}
        onInput={({ currentTarget }) => take(currentTarget)}
        onBlur={leave}
      />
    </OptionRow>
  );
}
