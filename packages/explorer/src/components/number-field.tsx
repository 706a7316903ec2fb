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
  /** What the field shows instead of a valid number; for those whom that concerns. */
  readonly wrong?: Signal<string | undefined>;
  readonly onChange?: () => void;
}

export function NumberField({ name, value, least, most, wrong: known, onChange }: NumberFieldProps) {
  const own = useSignal<string | undefined>(undefined);
  const wrong = known ?? own;
  const isWrong = wrong.value !== undefined;
  const problem = useId();
  const take = ({ value: typed, valueAsNumber }: HTMLInputElement) => {
    const isRight = Number.isInteger(valueAsNumber) && valueAsNumber >= least && valueAsNumber <= most;
    wrong.value = isRight ? undefined : typed;
    if (!isRight || valueAsNumber === value.value) return;
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
          value={wrong.value ?? String(value.value)}
          aria-invalid={isWrong}
          aria-describedby={isWrong ? problem : undefined}
          onInput={({ currentTarget }) => take(currentTarget)}
        />
      </label>
      {isWrong && (
        <p class="problem" id={problem}>
          {strings.outOfRange(name, least, most)}
        </p>
      )}
    </div>
  );
}
