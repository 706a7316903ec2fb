/** @tsgpt/analysis: what the numbers say about a text. */
export { type Detection, detect } from "./detect/detect.ts";
export { type DetectGpt, type DetectGptOptions, detectGpt } from "./detect/detect-gpt.ts";
export { type ClassCounts, RANK_CLASSES, type RankClass, rankClass } from "./detect/rank-class.ts";
export { type ScoreOptions, scoreText, scoreTexts } from "./score/score.ts";
export { type Alternative, isScored, type TokenScore, type TokenScores, tokenScore } from "./score/token-scores.ts";
export { type RunningPerplexity, runningPerplexities, type Totals, totalsOf } from "./score/totals.ts";
export type { Recipe } from "./score/windows.ts";
export { type Colour, type DetectOptions, detectWatermark, type WatermarkEvidence } from "./detect/watermark.ts";
