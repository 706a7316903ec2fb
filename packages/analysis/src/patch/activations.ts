/** The activations of a run, and what is said if something else is given for them. */
import { describeValue } from "@tsgpt/numeric";
import type { Tensor } from "@tsgpt/tensor";

/** The activations of one run, by name: `runWithCache(...).activations`. */
export type Activations = ReadonlyMap<string, Tensor>;

/** @throws RangeError unless they are such a map: a recorded run has them as a member */
export function checkActivations(activations: Activations, what: string): void {
  const given: unknown = activations;
  if (typeof given === "object" && given !== null && "get" in given) return;
  const isRun = typeof given === "object" && given !== null && "activations" in given;
  const fix = isRun ? "give its .activations" : "runWithCache records them";
  throw new RangeError(`${what} must be the activations of a run, a Map, got ${describeValue(given)}; ${fix}`);
}
