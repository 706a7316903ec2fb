/** Judges a text: the score of each token, the totals, the detectors' statistics, a watermark. */
import {
  detect,
  detectWatermark,
  recipeReport,
  scoreJson,
  scoreText,
  type TokenScores,
  tokenScore,
  totalsOf,
} from "@tsgpt/analysis";
import type { Model } from "@tsgpt/gpt";
import type { WatermarkKey } from "@tsgpt/sampling";
import type { Judged } from "../protocol/texts.ts";
import { textOf } from "./describe.ts";

/** How `tsgpt score` reads a text, too. */
const RECIPE = { name: "transformers" } as const;

interface Watching {
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

interface ToJudge {
  readonly text: string;
  readonly watermark: WatermarkKey | undefined;
}

/** @throws RangeError for a text without two tokens; SamplingError for a key out of range; the signal's reason */
export async function judge(model: Model, { text, watermark: key }: ToJudge, watching: Watching): Promise<Judged> {
  const scores = await scored(model, text, watching);
  const evidence = key && detectWatermark(scores.ids, key);
  const tokens = scores.ids.map((id, i) => {
    return { ...tokenScore(scores, i), text: textOf(model.tokenizer, id), color: evidence?.colors[i] };
  });
  const detection = detect(scores);
  const totals = totalsOf([scores], model.tokenizer);
  return { text, tokens, totals, detection, classes: detection.classes, watermark: withoutColors(evidence) };
}

/** A JSON list of an object for each text, as `tsgpt score --json` prints it. @throws like `judge`, naming the text */
export async function scoresOf(model: Model, texts: readonly string[], watching: Watching): Promise<string> {
  const objects: string[] = [];
  for (const [i, text] of texts.entries()) {
    const onProgress = (done: number, total: number) => watching.onProgress?.(i + done / total, texts.length);
    const name = `text ${String.fromCharCode(65 + i)}`;
    const scores = await scored(model, text, { ...watching, onProgress }, name);
    const report = { model, bos: undefined, recipe: recipeReport(model, RECIPE), texts: [{ name, scores }] };
    objects.push([...scoreJson(report)].join("").trimEnd());
  }
  return `[${objects.join(",\n")}]\n`;
}

async function scored(model: Model, text: string, watching: Watching, name = "a text"): Promise<TokenScores> {
  const ids = model.tokenizer?.encode(text) ?? [];
  if (ids.length < 2) throw new RangeError(`${name} needs two tokens or more: the first has nothing before it`);
  return scoreText(model, ids, { recipe: RECIPE, ...watching });
}

function withoutColors(evidence: ReturnType<typeof detectWatermark> | undefined): Judged["watermark"] {
  if (!evidence) return undefined;
  const { colors: _, ...rest } = evidence;
  return rest;
}
