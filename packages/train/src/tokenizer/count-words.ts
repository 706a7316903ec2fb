/** The words of texts and how often each occurs: all that the training of a byte-level BPE needs of a text. */
import { splitWords, yieldToEventLoop } from "@tsgpt/gpt";

const PIECE = 1 << 18; // characters, at least

export interface CountOptions {
  /** Characters counted so far. */
  readonly onCounted?: ((characters: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The count of each word, by GPT-2's pattern. Words do not cross the borders of texts. @throws the signal's reason */
export async function countWords(
  texts: readonly string[],
  { onCounted, signal }: CountOptions,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  let done = 0;
  let sinceYield = 0;
  for (const text of texts) {
    for (const piece of pieces(text, PIECE)) {
      for (const word of splitWords(piece)) counts.set(word, (counts.get(word) ?? 0) + 1);
      done += piece.length;
      sinceYield += piece.length;
      if (sinceYield < PIECE) continue;
      sinceYield = 0;
      onCounted?.(done);
      await yieldToEventLoop();
      signal?.throwIfAborted();
    }
  }
  return counts;
}

const WORD_END = /[!-~](?=[ \n])/g;

/**
 * Pieces of at least `length` characters, except the last, with the words of the whole: a word always ends where white
 * space follows a character that is none. So the words of a long text are never in memory at once.
 */
export function* pieces(text: string, length: number): Generator<string, void, void> {
  let start = 0;
  while (text.length - start > length) {
    WORD_END.lastIndex = start + length - 1;
    if (!WORD_END.test(text)) break;
    const end = WORD_END.lastIndex;
    yield text.slice(start, end);
    start = end;
  }
  if (start < text.length) yield text.slice(start);
}
