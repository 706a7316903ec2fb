/**
 * What a step computes of its parameters alone, such as a set of a long list: once for each step of a checked chain,
 * whose parameters do not change, and not at every token.
 */

/** A function that computes the value of a step at its first call. */
export function prepared<S extends object, P>(prepare: (step: S) => P): (step: S) => P {
  const known = new WeakMap<S, P>();
  return (step) => {
    const found = known.get(step);
    if (found !== undefined) return found;
    const value = prepare(step);
    known.set(step, value);
    return value;
  };
}
