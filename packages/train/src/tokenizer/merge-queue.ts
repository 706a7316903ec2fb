/**
 * The candidate merges of a BPE training, the best first: the highest count, at equal counts the pair with the smaller
 * left id, then the smaller right id. A binary heap, as its namesake in tokenizers.
 */

/** A pair of tokens that may be merged. */
export interface Candidate {
  /** The pair's number in the pair table. */
  readonly pair: number;
  /** Orders pairs by their ids. */
  readonly key: number;
  /** How often the pair occurred when this was queued, which may have changed. */
  readonly count: number;
  /** The words in which it occurs, or occurred. */
  readonly words: readonly number[];
}

export interface MergeQueue {
  push(candidate: Candidate): void;
  /** Removes and returns the best; undefined if empty. */
  pop(): Candidate | undefined;
}

/** An empty queue. */
export function mergeQueue(): MergeQueue {
  const heap: Candidate[] = [];
  return {
    push: (candidate) => {
      heap.push(candidate);
      rise(heap);
    },
    pop: () => {
      const best = heap[0];
      const last = heap.pop();
      if (heap.length > 0) sink(heap, last as Candidate);
      return best;
    },
  };
}

const isBefore = (a: Candidate, b: Candidate): boolean => a.count > b.count || (a.count === b.count && a.key < b.key);

/** Moves the last candidate up to its place. */
function rise(heap: Candidate[]): void {
  let at = heap.length - 1;
  const candidate = heap[at] as Candidate;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(candidate, heap[parent] as Candidate)) break;
    heap[at] = heap[parent] as Candidate;
    at = parent;
  }
  heap[at] = candidate;
}

/** Puts `candidate` at the top, whose own is gone, and moves it down to its place. */
function sink(heap: Candidate[], candidate: Candidate): void {
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    const right = heap[child + 1];
    if (right !== undefined && isBefore(right, heap[child] as Candidate)) child++;
    if (!isBefore(heap[child] as Candidate, candidate)) break;
    heap[at] = heap[child] as Candidate;
    at = child;
  }
  heap[at] = candidate;
}
