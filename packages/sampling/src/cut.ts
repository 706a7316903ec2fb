/**
 * Where a descending order is cut, found without sorting: a quickselect (Hoare, Algorithm 65: Find, 1961) that counts
 * weight instead of elements. With weight 1 it finds the k-th largest, with the value itself as weight the nucleus.
 * The partition is Dijkstra's in three, so that rows of equal values stay linear.
 */
import type { Candidates } from "./candidates.ts";

/** The head of a descending order: every value above `threshold`, and the first `ties` of those equal to it. */
export interface Cut {
  readonly threshold: number;
  readonly ties: number;
}

/**
 * The smallest head of `values`, largest first, whose weight reaches `target`; all of them if none does.
 * Reorders `values`, which must hold at least one.
 */
export function headCut(values: Float64Array, target: number, weigh: (value: number) => number): Cut {
  let [low, high, missing] = [0, values.length - 1, target];
  while (true) {
    const pivot = medianOf(values[low]!, values[(low + high) >> 1]!, values[high]!);
    const { start, end, above } = partition(values, low, high, pivot, weigh);
    if (above >= missing && start > low) {
      high = start - 1;
      continue;
    }
    missing -= above;
    const equal = (end - start) * weigh(pivot);
    if (equal >= missing || end > high)
      return { threshold: pivot, ties: tiesNeeded(end - start, missing / weigh(pivot)) };
    missing -= equal;
    low = end;
  }
}

/** The candidates whose `scores` belong to the head; among ties the lower ids. */
export function keepHead(candidates: Candidates, scores: Float64Array, { threshold, ties }: Cut): Candidates {
  let count = ties;
  for (let i = 0; i < scores.length; i++) if (scores[i]! > threshold) count++;
  const ids = new Int32Array(count);
  const logits = new Float64Array(count);
  let tiesLeft = ties;
  for (let i = 0, next = 0; next < count; i++) {
    const score = scores[i]!;
    if (score < threshold || (score === threshold && tiesLeft-- <= 0)) continue;
    ids[next] = candidates.ids[i]!;
    logits[next++] = candidates.logits[i]!;
  }
  return { ids, logits };
}

/** Orders values[low .. high]: first those above the pivot, with their weight, then, from `start` to `end`, its equals. */
function partition(
  values: Float64Array,
  low: number,
  high: number,
  pivot: number,
  weigh: (value: number) => number,
): { start: number; end: number; above: number } {
  let [start, end, last, above] = [low, low, high, 0];
  while (end <= last) {
    const value = values[end]!;
    if (value > pivot) {
      above += weigh(value);
      values[end++] = values[start]!;
      values[start++] = value;
    } else if (value < pivot) {
      values[end] = values[last]!;
      values[last--] = value;
    } else end++;
  }
  return { start, end, above };
}

/** Of `count` equal values as many as are asked for, rounded up: at least one, at most all. */
function tiesNeeded(count: number, asked: number): number {
  return Math.min(count, Math.max(1, Math.ceil(asked)));
}

function medianOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
