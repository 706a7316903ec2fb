/** What each dialect does with the same options, as the code has it: order, defaults, what penalties count. */
import type { Model } from "@tsgpt/gpt";
import { type ChainOptions, type Dialect, dialects, presetChain, type StepSpec } from "@tsgpt/sampling";
import { type Chapter, claim, type Lab } from "./lab.ts";
import { json, table } from "./markdown.ts";

/** Every step that can stand beside the others, turned on. */
const EVERYTHING: ChainOptions = {
  temperature: 0.7,
  topK: 40,
  topP: 0.9,
  minP: 0.05,
  typical: 0.9,
  epsilon: 0.001,
  eta: 0.001,
  topNSigma: 1,
  xtcProbability: 0.5,
  repetitionPenalty: 1.1,
  frequencyPenalty: 0.5,
  presencePenalty: 0.5,
  noRepeatNgram: 3,
  dryMultiplier: 0.8,
  logitBias: { 1: 1 },
  banned: [[1]],
  allowed: [1, 2],
  minLength: { length: 1, eos: 0 },
  forcedFirst: 2,
  forcedLast: { id: 0, at: 9 },
  watermark: { key: 42 },
};

export function dialectTables({ model }: Lab): Chapter {
  const orders = dialects.map((dialect) => presetChain(dialect, EVERYTHING).map(nameOf));
  const length = Math.max(...orders.map((order) => order.length));
  const rows = Array.from({ length }, (_, i) => [String(i + 1), ...orders.map((order) => order[i] ?? "")]);
  return {
    values: {
      "dialects.orders": table(["", ...dialects], rows, 1 + dialects.length),
      "dialects.defaults": table(["dialect", "with no option given", "penalties count"], dialects.map(manner), 3),
      "bundled.top-p": topPOf(model),
    },
  };
}

/** @throws Error for a model whose file does not say how it draws, or says more */
function topPOf({ generation }: Model): string {
  const { topP, temperature, topK, minP, typicalP } = generation ?? {};
  const others = [temperature, topK, minP, typicalP].filter((value) => value !== undefined);
  claim(
    topP !== undefined && others.length === 0,
    "the bundled model's file has a top-p, and nothing else of the draw",
  );
  return String(topP);
}

/** As it is spelled in a chain; the forced tokens are one step in two places. */
function nameOf(step: StepSpec): string {
  return step.type === "forced-token" ? `forced-token (${step.at === 0 ? "first" : "last"})` : step.type;
}

function manner(dialect: Dialect): string[] {
  const steps = presetChain(dialect, { presencePenalty: 0.5 }, { defaults: false });
  const scope = steps.flatMap((step) => ("scope" in step ? [step.scope] : []))[0];
  const counts =
    typeof scope === "number" ? `the last ${scope} tokens` : scope === "all" ? "the whole text" : "what was generated";
  const defaults = presetChain(dialect);
  return [dialect, defaults.length > 0 ? `\`${json(defaults)}\`` : "the full distribution", counts];
}
