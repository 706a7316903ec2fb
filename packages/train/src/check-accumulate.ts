/** The checks of a batch, before anything is computed. */
import { ContextOverflowError, type GPT2Config } from "@tsgpt/gpt";
import { describeValue } from "@tsgpt/numeric";

/**
 * @throws RangeError for no sequence, one of fewer than two ids, an id that is not in the vocabulary, or a weight that
 * is not a finite number; ContextOverflowError for a sequence of more than nPositions + 1 ids
 */
export function checkAccumulate(config: GPT2Config, sequences: readonly ArrayLike<number>[], weight: number): void {
  if (!Number.isFinite(weight)) {
    throw new RangeError(`accumulate: weight must be a finite number, got ${describeValue(weight)}`);
  }
  checkSequences(config, sequences);
}

/**
 * Checks the sequences of a batch as `Learner.accumulate` does, before any of them is trained on.
 * @throws RangeError for no sequence, one of fewer than two ids, or an id that is not in the vocabulary;
 * ContextOverflowError for a sequence of more than nPositions + 1 ids
 */
export function checkSequences(config: GPT2Config, sequences: readonly ArrayLike<number>[]): void {
  if (!Array.isArray(sequences) || sequences.length === 0) {
    const got = Array.isArray(sequences) ? "an empty list" : describeValue(sequences);
    throw new RangeError(`accumulate: the sequences must be a list of one or more lists of ids, got ${got}`);
  }
  for (const [index, ids] of sequences.entries()) checkSequence(config, ids, index);
}

function checkSequence({ vocabSize, nPositions }: GPT2Config, ids: ArrayLike<number>, index: number): void {
  const by = `accumulate: sequence ${index}`;
  if (typeof ids !== "object" || typeof ids?.length !== "number") {
    throw new RangeError(`${by}: ids must be a list of token ids, got ${describeValue(ids)}`);
  }
  if (ids.length < 2) throw new RangeError(`${by}: needs 2 ids or more, an input and its target; got ${ids.length}`);
  if (ids.length - 1 > nPositions) {
    const adding = ids.length - 1;
    throw new ContextOverflowError({ past: 0, adding, limit: nPositions, what: "nPositions", sequence: index });
  }
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    if (Number.isInteger(id) && id >= 0 && id < vocabSize) continue;
    throw new RangeError(`${by}: id ${id} at position ${i} is not in the vocabulary: 0 to ${vocabSize - 1}`);
  }
}
