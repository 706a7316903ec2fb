/**
 * Learns the merges of a BPE (Sennrich, Haddow and Birch 2016, arXiv 1508.07909): again and again, the most frequent
 * pair of adjacent tokens becomes a token. Of equally frequent pairs, the one with the smaller ids is first, as in
 * tokenizers 0.23, models/bpe/trainer.rs, which all of this follows. A merge changes the counts in the words that have
 * the pair, and a queued count that is outdated is corrected when it comes up: the cost of a merge is what it changes,
 * not a pass over the corpus.
 *
 * A pair occurs from the merge on that made the later of its tokens, never more often afterwards, so it is queued once.
 * No two pairs make one token: merges go from the left and apply everywhere, so what lies within the token's ends is
 * always merged in the same way. Only a special token may have the text of a merge, which then has its id.
 */
import { yieldToEventLoop } from "@tsgpt/gpt";
import { type MergeQueue, mergeQueue } from "./merge-queue.ts";
import { ID_LIMIT, type PairTable, pairTable } from "./pair-table.ts";
import { eachPair, mergeInWord, type PairChange, type TrainingWords } from "./training-words.ts";

/** Tokens by id, and their ids. */
export interface TrainedVocabulary {
  readonly tokens: string[];
  readonly idOf: Map<string, number>;
}

export interface LearnOptions {
  /** No merge is learned once the vocabulary has this many tokens. */
  readonly vocabSize: number;
  /** A pair that occurs less often is not merged. */
  readonly minFrequency: number;
  /** Tokens in the vocabulary so far. */
  readonly onToken?: ((tokens: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The ids of a pair. */
export type Pair = readonly [left: number, right: number];

const MERGES_BETWEEN_YIELDS = 16;

/**
 * The merges in order of rank; their tokens are added to the vocabulary, and merged in the words.
 * @throws the signal's reason
 */
export async function learnMerges(
  words: TrainingWords,
  vocabulary: TrainedVocabulary,
  { vocabSize, minFrequency, onToken, signal }: LearnOptions,
): Promise<Pair[]> {
  const training = countPairs(words);
  const merges: Pair[] = [];
  for (let step = 1; vocabulary.tokens.length < vocabSize; step++) {
    const best = nextCandidate(training);
    if (best === undefined || best.count < Math.max(1, minFrequency)) break;
    const left = Math.floor(best.key / ID_LIMIT);
    const right = best.key % ID_LIMIT;
    const merged = addToken(vocabulary, left, right);
    merges.push([left, right]);
    const { change, queueNew } = changes(training);
    for (const word of best.words) mergeInWord(words, word, [left, right, merged], change);
    queueNew();
    if (step % MERGES_BETWEEN_YIELDS !== 0) continue;
    onToken?.(vocabulary.tokens.length);
    await yieldToEventLoop();
    signal?.throwIfAborted();
  }
  return merges;
}

interface Training {
  readonly words: TrainingWords;
  readonly pairs: PairTable;
  readonly queue: MergeQueue;
}

function countPairs(words: TrainingWords): Training {
  const training = { words, pairs: pairTable(), queue: mergeQueue() };
  const { change, queueNew } = changes(training);
  for (let word = 0; word < words.starts.length; word++) eachPair(words, word, change);
  queueNew();
  return training;
}

/** Counts pairs that come and go, and then queues those that came. */
function changes({ words, pairs, queue }: Training): { change: PairChange; queueNew: () => void } {
  const found = new Map<number, number[]>();
  const change: PairChange = (left, right, sign, word) => {
    const pair = pairs.numberOf(left, right);
    pairs.counts[pair]! += sign * (words.counts[word] as number);
    if (sign < 0) return;
    const where = found.get(pair);
    if (where === undefined) found.set(pair, [word]);
    else if (where.at(-1) !== word) where.push(word);
  };
  const queueNew = () => {
    for (const [pair, where] of found) {
      const count = pairs.counts[pair] as number;
      if (count > 0) queue.push({ pair, key: pairs.keys[pair] as number, count, words: where });
    }
  };
  return { change, queueNew };
}

/** The best candidate by its present count. */
function nextCandidate({ pairs, queue }: Training) {
  for (let top = queue.pop(); top !== undefined; top = queue.pop()) {
    const count = pairs.counts[top.pair] as number;
    if (top.count === count) return top;
    queue.push({ ...top, count });
  }
  return undefined;
}

/** The id of the merged token, a new one unless a special token has this text. */
function addToken({ tokens, idOf }: TrainedVocabulary, left: number, right: number): number {
  const token = `${tokens[left]}${tokens[right]}`;
  const known = idOf.get(token);
  if (known !== undefined) return known;
  idOf.set(token, tokens.length);
  return tokens.push(token) - 1;
}
