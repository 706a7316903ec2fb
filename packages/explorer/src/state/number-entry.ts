/** A whole number that is typed into a field, where what is typed may be none. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { strings } from "../strings.ts";

export interface NumberEntry {
  readonly name: string;
  /** The last valid number. */
  readonly value: Signal<number>;
  readonly least: number;
  readonly most: number;
  /** What the field shows instead of a valid number. */
  readonly wrong: Signal<string | undefined>;
  /** What it must be, then. */
  readonly problem: ReadonlySignal<string | undefined>;
}

export function numberEntry(name: string, first: number, least: number, most: number): NumberEntry {
  const wrong = signal<string | undefined>(undefined);
  const problem = computed(() => (wrong.value === undefined ? undefined : strings.outOfRange(name, least, most)));
  return { name, value: signal(first), least, most, wrong, problem };
}
