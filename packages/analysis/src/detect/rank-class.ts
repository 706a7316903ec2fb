/**
 * GLTR's classes of a token by its rank among the model's predictions. Gehrmann et al., arXiv 1906.04043, and its
 * demo's 10 / 100 / 1000.
 */
import { isScored, type TokenScores } from "../score/token-scores.ts";

/** GLTR's classes of ranks, from the most probable tokens to the least. */
export const RANK_CLASSES = ["top10", "top100", "top1000", "rest"] as const;
/** One of GLTR's classes. */
export type RankClass = (typeof RANK_CLASSES)[number];
/** The number of tokens of each class. */
export type ClassCounts = Readonly<Record<RankClass, number>>;

/** The class of a 0-based rank: the 10 most probable tokens are top10. */
export function rankClass(rank: number): RankClass {
  return rank < 10 ? "top10" : rank < 100 ? "top100" : rank < 1000 ? "top1000" : "rest";
}

/** How many of the scored tokens are in each class. */
export function classCounts(scores: TokenScores): ClassCounts {
  const counts = { top10: 0, top100: 0, top1000: 0, rest: 0 };
  for (let i = 0; i < scores.ids.length; i++) if (isScored(scores, i)) counts[rankClass(scores.rank[i] as number)]++;
  return counts;
}
