/**
 * Arrays that are used again and again: on fresh memory a step over 50,000 candidates spends most of its time on the machine's
 * first touch of each page. Places and weights are valid until the next call of the same function, and never leave the
 * function that asked for them. Logits belong to whoever took them until they are given back; most never are.
 */
let places = new Int32Array(0);
let weights = new Float64Array(0);
let free: Float64Array[] = []; // all of one length

/** Room for `count` places, holding anything. */
export function scratchPlaces(count: number): Int32Array {
  if (places.length < count) places = new Int32Array(count);
  return places;
}

/** Room for exactly `count` weights, holding anything. */
export function scratchWeights(count: number): Float64Array {
  if (weights.length < count) weights = new Float64Array(count);
  return weights.subarray(0, count);
}

/** Room for exactly `count` logits, holding anything; the caller's own. */
export function takeLogits(count: number): Float64Array {
  return (free[0]?.length === count && free.pop()) || new Float64Array(count);
}

/** A copy; the caller's own. */
export function copyLogits(logits: Float64Array): Float64Array {
  const copy = takeLogits(logits.length);
  copy.set(logits);
  return copy;
}

/**
 * Lets the logits of a whole row, `rowLength` of them, be taken again once nobody looks at them: never twice, and never those that
 * were handed out. Fewer are let go, for rows are what will be asked for.
 */
export function giveLogits(logits: Float64Array, rowLength: number): void {
  if (logits.length < MANY || logits.length !== rowLength) return;
  if (free[0]?.length !== logits.length) free = [];
  if (free.length < 2) free.push(logits);
}

const MANY = 4096; // fewer are cheap
