/**
 * The k largest scores, or the largest that hold a given mass, found without sorting: a quickselect (Hoare, Algorithm
 * 65: Find, 1961) that counts weight instead of elements. With weight 1 it finds the k-th largest, with the probability
 * as weight the nucleus. The partition is Dijkstra's into three parts, so that rows of equal scores take linear time.
 */
import { largest } from "@tsgpt/numeric";
import { type Candidates, keepIndices } from "../candidates.ts";
import { ones, scratchIndices, type Workspace } from "../workspace.ts";

/**
 * The top of a descending order: every score above `value`, and of those equal to it the first that hold the mass
 * `missing`.
 */
export interface Threshold {
  readonly value: number;
  readonly missing: number;
}

/** Which of all scores are searched, and what each weighs. */
interface Searched {
  readonly weights: Float64Array;
  /** Ascending. */
  readonly among: Int32Array;
}

/** The threshold of the largest scores whose weight reaches `target`; of all of them if none does. Reorders `among`. */
export function topMassThreshold(scores: Float64Array, target: number, { weights, among }: Searched): Threshold {
  const reached =
    among.length > MANY ? binAtTarget(scores, target, { weights, among }) : { places: among, missing: target };
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
    if (equal >= missing || end > high) return { value: pivot, missing };
    missing -= equal;
    low = end;
  }
}

const MANY = 256;
const BINS = 1024;

/** Of many indices those in the bin of scores in which the target is reached, and the mass still missing there. */
function binAtTarget(scores: Float64Array, target: number, { weights, among }: Searched) {
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

/** The threshold of the k largest scores, which is the k-th. 1 <= k <= scores.length */
export function topCountThreshold(scores: Float64Array, k: number, workspace: Workspace): Threshold {
  if (k === 1) return { value: largest(scores), missing: 1 };
  const weights = ones(workspace, scores.length);
  const sample = scores.subarray(0, Math.max(1024, 4 * k));
  const first = topMassThreshold(sample, k, { weights, among: indicesAtLeast(sample, -Infinity, workspace) });
  if (sample.length === scores.length) return first;
  // What is below the k-th largest of the sample cannot be among the k largest.
  return topMassThreshold(scores, k, { weights, among: indicesAtLeast(scores, first.value, workspace) });
}

/** Which of the tokens tied at a threshold are kept. */
export type Ties = "lower ids" | "higher ids";

interface Selection extends Searched {
  readonly ties?: Ties;
}

/** The candidates whose `scores` are at the top, at least one; among ties the lower ids by default. */
export function keepTop(
  candidates: Candidates,
  scores: Float64Array,
  threshold: Threshold,
  { weights, among, ties = "lower ids" }: Selection,
  workspace: Workspace,
): Candidates {
  const kept = scratchIndices(workspace, among.length);
  const [first, step] = ties === "lower ids" ? [0, 1] : [among.length - 1, -1];
  let [count, left, tied] = [0, threshold.missing, 0];
  for (let i = first; i >= 0 && i < among.length; i += step) {
    const place = among[i]!;
    if (!(scores[place]! >= threshold.value)) continue;
    if (scores[place] === threshold.value) {
      if (tied++ > 0 && left <= 0) continue;
      left -= weights[place]!;
    }
    kept[count++] = place;
  }
  if (step < 0) kept.subarray(0, count).reverse();
  return keepIndices(candidates, kept, count);
}

/** The candidates with the k largest `scores`; among ties the lower ids by default. 1 <= k <= scores.length */
export function keepLargest(
  candidates: Candidates,
  scores: Float64Array,
  k: number,
  workspace: Workspace,
  ties: Ties = "lower ids",
): Candidates {
  const threshold = topCountThreshold(scores, k, workspace);
  const among = indicesAtLeast(scores, threshold.value, workspace); // few; keepTop takes no others
  const searched = { weights: ones(workspace, scores.length), among };
  return keepTop(candidates, scores, threshold, { ...searched, ties }, workspace);
}

/**
 * The candidates whose `scores` reach `threshold`; if those are fewer than `minKeep`, all that reach the minKeep-th
 * largest.
 */
export function keepAtLeast(
  candidates: Candidates,
  scores: Float64Array,
  threshold: number,
  minKeep: number,
  workspace: Workspace,
): Candidates {
  const least = topCountThreshold(scores, Math.min(minKeep, scores.length), workspace).value;
  return keepIndices(candidates, indicesAtLeast(scores, Math.min(threshold, least), workspace));
}

/** `kept`, or if those are fewer than `minKeep`, the minKeep candidates with the largest scores. */
export function fillUp(
  kept: Candidates,
  candidates: Candidates,
  scores: Float64Array,
  minKeep: number,
  workspace: Workspace,
  ties: Ties = "lower ids",
): Candidates {
  const least = Math.min(minKeep, scores.length);
  return kept.ids.length >= least ? kept : keepLargest(candidates, scores, least, workspace, ties);
}

/** The indices, ascending, of the scores that are at least `floor`. */
export function indicesAtLeast(scores: Float64Array, floor: number, workspace: Workspace): Int32Array {
  const indices = scratchIndices(workspace, scores.length);
  let count = 0;
  for (let i = 0; i < scores.length; i++) {
    indices[count] = i; // no branch, because its direction could not be predicted
    count += Number(scores[i]! >= floor);
  }
  return indices.slice(0, count);
}

interface Range {
  readonly low: number;
  readonly high: number;
  readonly pivot: number;
}

/**
 * Orders among[low .. high]: first the scores above the pivot, then, from `start` to `end`, those equal to it; weighs
 * both.
 */
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
