/** A spinbutton for a whole number. A value out of range is explained and not taken. */
import type { Signal } from "@preact/signals";
import { useSignal, useSignalEffect } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
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
  const input = useRef<HTMLInputElement>(null);
  useSignalEffect(() => {
    if (input.current?.valueAsNumber !== value.value) show(input.current as HTMLInputElement, value.value);
    isWrong.value = false;
  });
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
          ref={input}
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

/** A value that was not typed: that of a link, for example. */
function show(input: HTMLInputElement, value: number): void {
  input.value = String(value);
}
