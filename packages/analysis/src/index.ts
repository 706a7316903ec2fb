/**
 * @tsgpt/analysis: token scores, statistics that help detect machine-generated text and watermarks, what is inside a
 * forward pass, interventions (activations of a model recorded, ablated and patched), and prompt templates whose
 * choices are scored.
 */
export { type Detection, detect } from "./detect/detect.ts";
export { type DetectGpt, type DetectGptOptions, detectGpt } from "./detect/detect-gpt.ts";
export { type ClassCounts, classCounts, RANK_CLASSES, type RankClass, rankClass } from "./detect/rank-class.ts";
export { SHORTEST_REWRITE } from "./detect/rewrite.ts";
export { type Color, type DetectOptions, detectWatermark, type WatermarkEvidence } from "./detect/watermark.ts";
export { type ExplainPageOptions, explainPage, PAGE_ROOM } from "./explain/explain-page.ts";
export {
  type Cell,
  type Column,
  type Picture,
  type Room,
  STAGE_NAMES,
  type Stage,
  type StageInput,
  type StageName,
  type Table,
} from "./explain/stage.ts";
export { stageOf } from "./explain/stages.ts";
export { type LayerNorms, type Walkthrough, type WalkthroughOptions, walkThrough } from "./explain/walkthrough.ts";
export type { Place } from "./lens/activation-row.ts";
export { type Attribution, attributionHooks, directLogitAttribution } from "./lens/direct-logit-attribution.ts";
export {
  type LensEntry,
  type LensOptions,
  lensHooks,
  logitLens,
  type PredictionOptions,
  residualPredictions,
} from "./lens/logit-lens.ts";
export type { NumberSource } from "./number/number-source.ts";
export { openNumber } from "./number/open-number.ts";
export type { Derived, Factor, Formula, NumberName, OpenedNumber, Operand } from "./number/opened-number.ts";
export { type MeanAblateOptions, meanAblate, zeroAblate } from "./patch/ablate.ts";
export type { ActivationPart } from "./patch/activation-part.ts";
export type { Activations } from "./patch/activations.ts";
export { logitDifference } from "./patch/logit-difference.ts";
export {
  type HookedRun,
  type HookedText,
  type HookPair,
  type Hooks,
  type NamedHook,
  type Names,
  traceOfHooks,
} from "./patch/named-hook.ts";
export { patchActivation } from "./patch/patch-activation.ts";
export { activationPatchingSweep, type PatchingSweep, type SweepOptions } from "./patch/patching-sweep.ts";
export { type RunBatchOptions, runBatch } from "./patch/run-batch.ts";
export {
  type RecordedRun,
  type RunWithCacheOptions,
  runWithCache,
  runWithHooks,
} from "./patch/run-with-hooks.ts";
export { attentionPatterns } from "./patterns/attention-patterns.ts";
export { type HeadScoreOptions, inductionScore, previousTokenScore } from "./patterns/head-scores.ts";
export { type RepeatedTokensOptions, repeatedTokens } from "./patterns/repeated-tokens.ts";
export { type ChoiceToken, type ScoreChoicesOptions, scoreChoices } from "./prompt/choice-scores.ts";
export { type ChoiceTokens, choiceTokens } from "./prompt/choice-tokens.ts";
export {
  bestChoice,
  type ChoiceScores,
  choiceLogprob,
  choiceScores,
  NORMALIZATIONS,
  type Normalization,
} from "./prompt/normalization.ts";
export { renderTemplate, splitTemplate, type TemplateParts } from "./prompt/template.ts";
export { htmlPage, type PageOptions } from "./score/html-page.ts";
export { RANK_STYLES, type RankStyle, UNSCORED_MARK } from "./score/rank-style.ts";
export { type ScoreOptions, scoreText, scoreTexts } from "./score/score.ts";
export {
  type RecipeReport,
  recipeReport,
  type ScoredText,
  type ScoreReport,
  scoreCsv,
  scoreJson,
} from "./score/score-json.ts";
export {
  type ProbabilitySpread,
  probabilitySpread,
  probabilityStrips,
  type Strip,
  type StripOptions,
} from "./score/strips.ts";
export { type TextPiece, textPieces } from "./score/text-pieces.ts";
export { type Alternative, type TokenScore, type TokenScores, tokenScore } from "./score/token-scores.ts";
export { type RunningPerplexity, runningPerplexities, type Totals, totalsOf } from "./score/totals.ts";
export { escapeMarkup, visibleText } from "./score/visible-text.ts";
export { defaultStride, type Recipe, type Window, windowsOf } from "./score/windows.ts";
