/** tsgpt batch score and detect: the object of --json for each input. */
import { detect, detectGpt, recipeReport, scoreJson, scoreTexts, type TokenScores } from "@tsgpt/analysis";
import type { Model } from "@tsgpt/gpt";
import { checkRewritable, detectionJson, watermarkOf } from "../detect/statistics.ts";
import { asText, beginToken, checkStride, type Text } from "../score/read-texts.ts";
import { scoredText } from "../score/scored-text.ts";
import type { AnswerInputs, DetectJob, InputHandlers, ScoreJob } from "./job.ts";
import { joined, lineByLine } from "./line-by-line.ts";

/** Inputs scored at a time: enough to fill passes, few enough that progress moves. */
const AT_ONCE = 16;

/** @throws CliError for a stride above the model's context, or a begin token that it does not have */
export function answerScores(model: Model, job: ScoreJob | DetectJob): AnswerInputs {
  const { recipe } = job;
  checkStride(model, recipe);
  const bos = beginToken(model, job);
  const top = job.name === "score" ? job.top : 0;
  const jsonOf = async (scores: TokenScores) =>
    job.name === "score" ? scoresJson(model, job, scores) : statisticsJson(model, job, scores);
  const answerGroup = lineByLine(async (group, handlers) => {
    const texts = prepared(group, handlers, (input) => {
      const text = asText(model, { name: "text", content: input }, { bos, recipe });
      if (job.name === "detect" && job.flags.perturbations !== undefined) checkRewritable(text.ids.length, bos);
      return text;
    });
    const all = texts.map(({ text }) => text.ids);
    const scored = await scoreTexts(model, all, { bos, top, recipe });
    for (const [i, scores] of scored.entries()) handlers.done((texts[i] as Prepared).index, await jsonOf(scores));
  });
  return async (inputs, { done, failed }) => {
    for (let i = 0; i < inputs.length; i += AT_ONCE)
      await answerGroup(inputs.slice(i, i + AT_ONCE), {
        done: (index, json) => done(i + index, json),
        failed: (index, error) => failed(i + index, error),
      });
  };
}

interface Prepared {
  readonly index: number;
  readonly text: Text;
}

function prepared(inputs: readonly string[], { failed }: InputHandlers, prepare: (input: string) => Text): Prepared[] {
  return inputs.flatMap((input, index) => {
    try {
      return [{ index, text: prepare(input) }];
    } catch (error) {
      failed(index, error);
      return [];
    }
  });
}

function scoresJson(model: Model, { recipe }: ScoreJob, scores: TokenScores): string {
  const { bos } = scores;
  const texts = [scoredText("text", scores, model, recipe)];
  const pieces = scoreJson({ model, bos, recipe: recipeReport(model, recipe), texts });
  return joined(pieces, "lower --top, or split the line").trimEnd();
}

async function statisticsJson(model: Model, { recipe, flags }: DetectJob, scores: TokenScores): Promise<string> {
  const { perturbations, seed = 0 } = flags;
  const rewritten =
    perturbations === undefined ? undefined : await detectGpt(model, scores, { perturbations, seed, recipe });
  return detectionJson({
    detection: detect(scores),
    detectGpt: rewritten && perturbations !== undefined ? { score: rewritten.score, perturbations, seed } : undefined,
    watermark: watermarkOf(scores.ids, flags),
  });
}
