/**
 * A scored text as pieces to display: tokens that share a character form one piece, so that half an emoji is never
 * shown.
 */
import type { Tokenizer } from "@tsgpt/gpt";
import { RANK_CLASSES, type RankClass, rankClass } from "../detect/rank-class.ts";
import { isScored, type TokenScores } from "./token-scores.ts";

/** A part of a text that can be shown, of one token or several, and its class. */
export interface TextPiece {
  readonly text: string;
  /** The piece is tokens `from` to `to` (exclusive) of the text. */
  readonly from: number;
  readonly to: number;
  /** The class of its highest-ranked token, the least probable; undefined if none has a score. */
  readonly rankClass: RankClass | undefined;
}

/** The pieces of a text, in order; without a tokenizer, and for ids outside its vocabulary, the ids in brackets. */
export function textPieces(scores: TokenScores, tokenizer?: Tokenizer): TextPiece[] {
  const { ids } = scores;
  const pieces: TextPiece[] = [];
  const decoder = tokenizer?.streamingDecoder();
  let from = 0;
  const add = (text: string, to: number) => {
    if (to > from) pieces.push({ text, from, to, rankClass: worstClass(scores, from, to) });
    from = to;
  };
  for (const [i, id] of ids.entries()) {
    if (tokenizer?.tokenBytes(id) === undefined) {
      if (decoder) add(decoder.end(), i);
      add(`[${id}]`, i + 1);
      continue;
    }
    const text = decoder?.push(id) ?? "";
    if (text !== "") add(text, i + 1);
  }
  add(decoder?.end() ?? "", ids.length);
  return pieces;
}

function worstClass(scores: TokenScores, from: number, to: number): RankClass | undefined {
  let worst = -1;
  for (let i = from; i < to; i++) {
    if (isScored(scores, i)) worst = Math.max(worst, RANK_CLASSES.indexOf(rankClass(scores.rank[i] as number)));
  }
  return RANK_CLASSES[worst];
}
