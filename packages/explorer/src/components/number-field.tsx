/** A spinbutton for a whole number. A value out of range is explained and not taken. */
import type { Signal } from "@preact/signals";
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { strings } from "../strings.ts";

export interface NumberFieldProps {
  readonly name: string;
  readonly value: Signal<number>;
  readonly least: number;
  readonly most: number;
  readonly onChange?: () => void;
}

export function NumberField({ name, value, least, most, onChange }: NumberFieldProps) {
  const isWrong = useSignal(false);
  const problem = useId();
  const take = ({ valueAsNumber }: HTMLInputElement) => {
    isWrong.value = !Number.isInteger(valueAsNumber) || valueAsNumber < least || valueAsNumber > most;
    if (isWrong.value || valueAsNumber === value.value) return;
    value.value = valueAsNumber;
    onChange?.();
  };
  return (
    <div class="number">
      <label class="field">
        {name}
        <input
          type="number"
          min={least}
          max={most}
          step={1}
          value={value.peek()}
          aria-invalid={isWrong.value}
          aria-describedby={isWrong.value ? problem : undefined}
          onInput={({ currentTarget }) => take(currentTarget)}
        />
      </label>
      {isWrong.value && (
        <p class="problem" id={problem}>
          {strings.outOfRange(name, least, most)}
        </p>
      )}
    </div>
  );
}
