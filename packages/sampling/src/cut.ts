/**
 * Where a descending order is cut, found without sorting: a quickselect (Hoare, Algorithm 65: Find, 1961) that counts
 * weight instead of elements. With weight 1 it finds the k-th largest, with the probability as weight the nucleus.
 * The partition is Dijkstra's in three, so that rows of equal scores stay linear.
 */
import { type Candidates, keepWhere, largest } from "./candidates.ts";

/** The head of a descending order: every score above `threshold`, and of those equal to it the first that hold `missing`. */
export interface Cut {
  readonly threshold: number;
  readonly missing: number;
}

/** What each place weighs, in the order of the candidates; by default each weighs 1. */
type Weigh = (i: number) => number;
const one: Weigh = () => 1;

/** The smallest head of `scores`, largest first, whose weight reaches `target`; all of them if none does. */
export function headCut(scores: Float64Array, target: number, weigh: Weigh = one, among = everyPlace(scores)): Cut {
  let [low, high, missing] = [0, among.length - 1, target];
  while (true) {
    const pivot = medianOf(scores[among[low]!]!, scores[among[(low + high) >> 1]!]!, scores[among[high]!]!);
    const { start, end, above, equal } = partition(among, scores, { low, high, pivot }, weigh);
    if (above >= missing && start > low) {
      high = start - 1;
      continue;
    }
    missing -= above;
    if (equal >= missing || end > high) return { threshold: pivot, missing };
    missing -= equal;
    low = end;
  }
}

/** The cut of the k largest scores: the k-th is its threshold. 1 <= k <= scores.length */
export function largestCut(scores: Float64Array, k: number): Cut {
  if (k === 1) return { threshold: largest(scores), missing: 1 };
  const sample = scores.subarray(0, Math.max(1024, 4 * k));
  if (sample.length === scores.length) return headCut(scores, k);
  // What is below the k-th largest of the first few cannot be among the k largest.
  return headCut(scores, k, one, placesFrom(scores, headCut(sample, k).threshold));
}

/** The candidates whose `scores` belong to the head, at least one; among ties the lower ids. */
export function keepHead(candidates: Candidates, scores: Float64Array, cut: Cut, weigh: Weigh = one): Candidates {
  let { missing } = cut;
  let first = true;
  return keepWhere(candidates, (i) => {
    if (scores[i]! > cut.threshold) return true;
    if (scores[i] !== cut.threshold || !(first || missing > 0)) return false;
    first = false;
    missing -= weigh(i);
    return true;
  });
}

/** The candidates whose `scores` reach `threshold`, and if those are fewer than `minKeep`, all that reach the minKeep-th largest. */
export function keepFrom(candidates: Candidates, scores: Float64Array, threshold: number, minKeep: number): Candidates {
  const floor = Math.min(threshold, largestCut(scores, Math.min(minKeep, scores.length)).threshold);
  return keepWhere(candidates, (i) => scores[i]! >= floor);
}

/** Where the scores are that are not below `floor`, ascending. */
export function placesFrom(scores: Float64Array, floor: number): Int32Array {
  const places = new Int32Array(scores.length);
  let count = 0;
  for (let i = 0; i < scores.length; i++) if (scores[i]! >= floor) places[count++] = i;
  return places.subarray(0, count);
}

function everyPlace(scores: Float64Array): Int32Array {
  return placesFrom(scores, -Infinity);
}

interface Range {
  readonly low: number;
  readonly high: number;
  readonly pivot: number;
}

/** Orders among[low .. high]: first what scores above the pivot, with its weight, then, from `start` to `end`, its equals. */
function partition(among: Int32Array, scores: Float64Array, { low, high, pivot }: Range, weigh: Weigh) {
  let [start, end, last, above, equal] = [low, low, high, 0, 0];
  while (end <= last) {
    const place = among[end]!;
    const score = scores[place]!;
    if (score > pivot) {
      above += weigh(place);
      among[end++] = among[start]!;
      among[start++] = place;
    } else if (score < pivot) {
      among[end] = among[last]!;
      among[last--] = place;
    } else {
      equal += weigh(place);
      end++;
    }
  }
  return { start, end, above, equal };
}

function medianOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
