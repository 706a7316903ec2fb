/**
 * Arrays that a sampler reuses from token to token: on fresh memory a step over 50,000 candidates spends most of its
 * time on the first touch of each page. Each sampler has a workspace of its own, or the samplers of one batch are given
 * the same. Indices and weights are valid until the next call of the same function with the same workspace, and never
 * leave the function that asked for them. Logits, or other numbers of a row, belong to the function that took them
 * until they are given back; most never are.
 */
export interface Workspace {
  /** The ids 0, 1, 2 ... of a whole row, the same for each. */
  ids: Int32Array;
  /** Weights of 1, for counting. */
  ones: Float64Array;
  indices: Int32Array;
  weights: Float64Array;
  /** Logits that were given back, all of the same length. */
  free: Float64Array[];
}

/** An empty one; its arrays are allocated when they are first needed. */
export function createWorkspace(): Workspace {
  const none = new Float64Array(0);
  return { ids: new Int32Array(0), ones: none, indices: new Int32Array(0), weights: none, free: [] };
}

/** 0, 1, 2 ... count - 1; never written to. */
export function everyId(workspace: Workspace, count: number): Int32Array {
  if (workspace.ids.length < count) workspace.ids = new Int32Array(count).map((_, id) => id); // "from" is slow
  return workspace.ids.subarray(0, count);
}

/** At least `count` weights of 1; never written to. */
export function ones(workspace: Workspace, count: number): Float64Array {
  if (workspace.ones.length < count) workspace.ones = new Float64Array(count).fill(1);
  return workspace.ones;
}

/** At least `count` indices, uninitialized. */
export function scratchIndices(workspace: Workspace, count: number): Int32Array {
  if (workspace.indices.length < count) workspace.indices = new Int32Array(count);
  return workspace.indices;
}

/** Exactly `count` weights, uninitialized. */
export function scratchWeights(workspace: Workspace, count: number): Float64Array {
  if (workspace.weights.length < count) workspace.weights = new Float64Array(count);
  return workspace.weights.subarray(0, count);
}

/** Exactly `count` logits, uninitialized; they belong to the caller. */
export function takeLogits({ free }: Workspace, count: number): Float64Array {
  return (free[0]?.length === count && free.pop()) || new Float64Array(count);
}

/** A copy that belongs to the caller. */
export function copyLogits(workspace: Workspace, logits: Float64Array): Float64Array {
  const copy = takeLogits(workspace, logits.length);
  copy.set(logits);
  return copy;
}

/**
 * Gives back the logits of a whole row of `rowLength`, once nobody reads them: never twice, and never those that a
 * caller has received. Logits of fewer candidates are dropped, because whole rows are what will be asked for.
 */
export function giveLogits(workspace: Workspace, logits: Float64Array, rowLength: number): void {
  if (logits.length < MANY || logits.length !== rowLength) return;
  if (workspace.free[0]?.length !== logits.length) workspace.free = [];
  if (workspace.free.length < MOST_FREE) workspace.free.push(logits);
}

const MANY = 4096; // smaller arrays are cheap
const MOST_FREE = 4; // a report has the logits and the weights of two distributions at a time
