/** A layer or a head as a select. */
import type { Signal } from "@preact/signals";

export interface IndexFieldProps {
  readonly name: string;
  readonly value: number;
  readonly count: number;
  readonly chosen: Signal<number | undefined>;
}

export function IndexField({ name, value, count, chosen }: IndexFieldProps) {
  return (
    <label class="field">
      {name}
      <select value={value} onChange={({ currentTarget }) => (chosen.value = Number(currentTarget.value))}>
        {Array.from({ length: count }, (_, i) => (
          <option key={i} value={i}>
            {i}
          </option>
        ))}
      </select>
    </label>
  );
}
