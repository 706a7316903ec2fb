/** Changes to a JSON value that keep it JSON, and mostly keep its shape: what a reader of tokens has to tell apart. */
import type { Dice } from "./dice.ts";

type Container = Record<string, unknown> | unknown[];

export interface Pieces {
  /** Keys that may appear in any object. */
  readonly keys: readonly string[];
  readonly values: readonly unknown[];
}

/** The value with one to four changes, in places that `isOpen` allows; now and then another value. */
export function mutateJson(value: unknown, pieces: Pieces, dice: Dice, isOpen: (key: string) => boolean): unknown {
  if (dice.below(100) === 0) return structuredClone(dice.pick(pieces.values));
  const copy = structuredClone(value);
  for (let left = 1 + dice.below(4); left > 0; left--) change(dice.pick(containers(copy, isOpen)), pieces, dice);
  return copy;
}

/** All objects and arrays in it, each once. */
function containers(value: unknown, isOpen: (key: string) => boolean): Container[] {
  if (typeof value !== "object" || value === null) return [];
  const below = Object.entries(value).flatMap(([key, part]) => (isOpen(key) ? containers(part, isOpen) : []));
  return [value as Container, ...below];
}

function change(container: Container, { keys, values }: Pieces, dice: Dice): void {
  const value = () => structuredClone(dice.pick(values));
  if (Array.isArray(container)) {
    changeArray(container, value, dice);
    return;
  }
  const own = Object.keys(container);
  const key = own.length > 0 ? dice.pick(own) : dice.pick(keys);
  const action = dice.below(5);
  if (action < 2) container[dice.pick(keys)] = value();
  else if (action === 2) delete container[key];
  else container[key] = nudged(container[key], value, dice);
}

function changeArray(array: unknown[], value: () => unknown, dice: Dice): void {
  const at = dice.below(array.length + 1);
  const action = dice.below(4);
  if (action === 0 || at === array.length) array.splice(at, 0, value());
  else if (action === 1) array.splice(at, 1);
  else if (action === 2) array.splice(at, 0, structuredClone(array[at]));
  else array[at] = nudged(array[at], value, dice);
}

/** Another value of the same kind, or any. */
function nudged(value: unknown, other: () => unknown, dice: Dice): unknown {
  if (dice.below(3) === 0) return other();
  if (typeof value === "boolean") return !value;
  if (typeof value === "number") return dice.pick([value + 1, value - 1, 0, 2 * value]);
  if (typeof value === "string") return dice.pick([`${value}x`, value.slice(1), ` ${value}`, "a", ""]);
  return value === null ? other() : value;
}
