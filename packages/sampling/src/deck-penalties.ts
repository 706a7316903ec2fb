/**
 * The lecture's frequency and presence penalty: q_i = exp(z_i / k_i) / sum_j exp(z_j / k_j), a temperature per token.
 * k_i = 1 + (frequency - 1) * occurrences of i + (presence - 1) if i has occurred; 1 is off for both. The history is the
 * whole sequence, prompt included. Light values serve (1.1 to 1.2): commas and common words pay as well.
 * Not OpenAI's penalties of the same names, which are subtracted from the logit and are off at 0.
 */
import type { Candidates } from "./candidates.ts";
import { SamplingError, show } from "./errors.ts";

export interface DeckPenalties {
  /** Added per occurrence, less 1. */
  readonly frequency: number;
  /** Added once if the token has occurred, less 1. */
  readonly presence: number;
}

/**
 * The logits of the tokens in `history` divided by k_i. Division penalises positive logits only, so if the smallest
 * logit is below 0 it is first subtracted from all. It must be the smallest of the whole row: nothing may be removed before.
 * @throws SamplingError unless both penalties are finite numbers above 0, or if one below 1 brings a k_i to 0 or less.
 */
export function deckPenalties(
  candidates: Candidates,
  { frequency, presence }: DeckPenalties,
  history: ArrayLike<number>,
): Candidates {
  checkDeckPenalties({ frequency, presence });
  if (frequency === 1 && presence === 1) return candidates;
  const logits = shifted(candidates.logits);
  for (const [id, occurrences] of countsOf(history)) {
    const factor = 1 + (frequency - 1) * occurrences + (presence - 1);
    if (!(factor > 0)) throw badFactor(id, occurrences, factor);
    const at = indexOf(candidates.ids, id);
    if (at >= 0) logits[at]! /= factor;
  }
  return { ids: candidates.ids, logits };
}

/** @throws SamplingError unless both penalties are finite numbers above 0. */
export function checkDeckPenalties({ frequency, presence }: DeckPenalties): void {
  for (const [name, value] of Object.entries({ frequency, presence })) {
    if (Number.isFinite(value) && value > 0) continue;
    throw new SamplingError(
      `deck-penalties: ${name} must be a finite number above 0 (1 is off, 1.1 to 1.2 is usual), got ${show(value)}`,
    );
  }
}

/** A copy in which no logit is negative. Subtracting one number from all changes no probability. */
function shifted(logits: Float64Array): Float64Array {
  let smallest = 0;
  for (let i = 0; i < logits.length; i++) if (logits[i]! < smallest) smallest = logits[i]!;
  return logits.map((logit) => logit - smallest);
}

function countsOf(history: ArrayLike<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (let i = 0; i < history.length; i++) counts.set(history[i]!, (counts.get(history[i]!) ?? 0) + 1);
  return counts;
}

/** Where `id` stands in the ascending ids, or -1 if it was masked. In a full row it stands at its own index. */
function indexOf(ids: Int32Array, id: number): number {
  if (ids[id] === id) return id;
  let [low, high] = [0, ids.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ids[middle]! < id) low = middle + 1;
    else high = middle;
  }
  return ids[low] === id ? low : -1;
}

function badFactor(id: number, occurrences: number, factor: number): SamplingError {
  return new SamplingError(
    `deck-penalties: k must stay above 0, token ${id} with ${occurrences} occurrences has ${factor}; use penalties of 1 or more`,
  );
}
