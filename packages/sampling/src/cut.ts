/**
 * Where a descending order is cut, found without sorting: a quickselect (Hoare, Algorithm 65: Find, 1961) that counts
 * weight instead of elements. With weight 1 it finds the k-th largest, with the probability as weight the nucleus.
 * The partition is Dijkstra's in three, so that rows of equal scores stay linear.
 */
import { largest } from "@tsgpt/numeric";
import { type Candidates, keepPlaces } from "./candidates.ts";
import { scratchPlaces } from "./scratch.ts";

/** The head of a descending order: every score above `threshold`, and of those equal to it the first that hold `missing`. */
export interface Cut {
  readonly threshold: number;
  readonly missing: number;
}

/** The smallest head of `scores`, largest first, whose weight reaches `target`; all of them if none does. Reorders `among`. */
export function headCut(
  scores: Float64Array,
  target: number,
  weights = ones(scores.length),
  among = everyPlace(scores),
): Cut {
  const reached = among.length > MANY ? binReached(scores, target, weights, among) : { places: among, missing: target };
  const { places } = reached;
  let [low, high, missing] = [0, places.length - 1, reached.missing];
  while (true) {
    const pivot = medianOf(scores[places[low]!]!, scores[places[(low + high) >> 1]!]!, scores[places[high]!]!);
    const { start, end, above, equal } = partition(places, scores, { low, high, pivot }, weights);
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

const MANY = 256;
const BINS = 1024;

/** Of many places those in the bin of scores in which the target is reached, and what is missing to it there. */
function binReached(scores: Float64Array, target: number, weights: Float64Array, among: Int32Array) {
  let [max, min] = [-Infinity, Infinity];
  for (let i = 0; i < among.length; i++) {
    const score = scores[among[i]!]!;
    if (score > max) max = score;
    if (score < min) min = score;
  }
  const scale = max > min ? (BINS - 1) / (max - min) : 0;
  const sums = new Float64Array(BINS);
  for (let i = 0; i < among.length; i++) {
    const place = among[i]!;
    sums[((max - scores[place]!) * scale) | 0]! += weights[place]!;
  }
  const lastBin = ((max - min) * scale) | 0;
  let [bin, missing] = [0, target];
  while (bin < lastBin && sums[bin]! < missing) missing -= sums[bin++]!;
  let count = 0;
  for (let i = 0; i < among.length; i++) {
    const place = among[i]!;
    if ((((max - scores[place]!) * scale) | 0) === bin) among[count++] = place;
  }
  return { places: among.subarray(0, count), missing };
}

/** The cut of the k largest scores: the k-th is its threshold. 1 <= k <= scores.length */
export function largestCut(scores: Float64Array, k: number): Cut {
  if (k === 1) return { threshold: largest(scores), missing: 1 };
  const sample = scores.subarray(0, Math.max(1024, 4 * k));
  if (sample.length === scores.length) return headCut(scores, k);
  // What is below the k-th largest of the first few cannot be among the k largest.
  return headCut(scores, k, ones(scores.length), placesFrom(scores, headCut(sample, k).threshold));
}

/** Which of the tokens tied at a cut stay. */
export type Ties = "lower ids" | "higher ids";

interface HeadOptions {
  readonly weights?: Float64Array;
  /** Ascending. */
  readonly among?: Int32Array;
  readonly ties?: Ties;
}

/** The candidates whose `scores` belong to the head, at least one; among ties the lower ids unless told otherwise. */
export function keepHead(
  candidates: Candidates,
  scores: Float64Array,
  { threshold, missing }: Cut,
  { weights = ones(scores.length), among = everyPlace(scores), ties = "lower ids" }: HeadOptions = {},
): Candidates {
  const kept = scratchPlaces(among.length);
  const [first, step] = ties === "lower ids" ? [0, 1] : [among.length - 1, -1];
  let [count, left, tied] = [0, missing, 0];
  for (let i = first; i >= 0 && i < among.length; i += step) {
    const place = among[i]!;
    if (!(scores[place]! >= threshold)) continue;
    if (scores[place] === threshold) {
      if (tied++ > 0 && left <= 0) continue;
      left -= weights[place]!;
    }
    kept[count++] = place;
  }
  if (step < 0) kept.subarray(0, count).reverse();
  return keepPlaces(candidates, kept, count);
}

/** The candidates whose `scores` reach `threshold`, and if those are fewer than `minKeep`, all that reach the minKeep-th largest. */
export function keepFrom(candidates: Candidates, scores: Float64Array, threshold: number, minKeep: number): Candidates {
  const floor = Math.min(threshold, largestCut(scores, Math.min(minKeep, scores.length)).threshold);
  const places = placesFrom(scores, floor);
  return keepPlaces(candidates, places, places.length);
}

/** `kept`, or where those are fewer than `minKeep`, so many with the largest scores. */
export function atLeast(
  kept: Candidates,
  candidates: Candidates,
  scores: Float64Array,
  minKeep: number,
  ties: Ties = "lower ids",
): Candidates {
  const least = Math.min(minKeep, scores.length);
  return kept.ids.length >= least ? kept : keepHead(candidates, scores, largestCut(scores, least), { ties });
}

/** Where the scores are that are not below `floor`, ascending. */
export function placesFrom(scores: Float64Array, floor: number): Int32Array {
  const places = scratchPlaces(scores.length);
  let count = 0;
  for (let i = 0; i < scores.length; i++) {
    places[count] = i; // no branch: which way it goes cannot be foretold
    count += Number(scores[i]! >= floor);
  }
  return places.slice(0, count);
}

let sameWeights = new Float64Array(0);

/** Weights of 1. */
function ones(count: number): Float64Array {
  if (sameWeights.length < count) sameWeights = new Float64Array(count).fill(1);
  return sameWeights;
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
function partition(among: Int32Array, scores: Float64Array, { low, high, pivot }: Range, weights: Float64Array) {
  let [start, end, last, above, equal] = [low, low, high, 0, 0];
  while (end <= last) {
    const place = among[end]!;
    const score = scores[place]!;
    if (score > pivot) {
      above += weights[place]!;
      among[end++] = among[start]!;
      among[start++] = place;
    } else if (score < pivot) {
      among[end] = among[last]!;
      among[last--] = place;
    } else {
      equal += weights[place]!;
      end++;
    }
  }
  return { start, end, above, equal };
}

function medianOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
