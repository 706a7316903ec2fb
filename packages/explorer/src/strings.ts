/** Every word that the page shows, in one place, ready to be translated. */
import type { Totals } from "@tsgpt/analysis";
import { formatInteger, formatMegabytes, formatProbability, formatShort } from "./format.ts";
import type { Intervention } from "./protocol/interventions.ts";
import type { LoadProgress, ModelInfo } from "./protocol/model.ts";
import type { LikelyToken, RunEnd } from "./protocol/text.ts";

export const strings = {
  title: "Inside a GPT",
  explanation: (vocabSize: number | undefined): string => {
    const each = vocabSize === undefined ? "each of its tokens" : `each of its ${formatInteger(vocabSize)} tokens`;
    const probability = `The model reads your text as tokens and gives ${each} a probability of coming next`;
    return `${probability}; one is drawn, appended, and everything repeats.`;
  },
  prompt: "Prompt",
  tokens: "Tokens",
  controls: "Generation",
  next: "Next",
  run: "Run",
  stop: "Stop",
  back: "Back",
  seed: "Seed",
  maxTokens: "Max tokens",
  outOfRange: (name: string, least: number, most: number): string =>
    `${name} must be a whole number from ${least} to ${most}`,
  likeliest: "Likeliest to come next",
  likeliestHint: "Choose one to append it. Next draws one by chance.",
  emptyToken: "(no text)",
  loading: (progress: LoadProgress | undefined): string =>
    progress === undefined
      ? "Loading the model"
      : `Loading the model: ${formatMegabytes(progress.loaded)} of ${formatMegabytes(progress.total)} MB`,
  workerFailed: "The worker did not start; reload the page",
  runsOn: ({ name, kernels, threads }: ModelInfo): string =>
    `Model ${name}: ${kernels} kernels on ${threads === 1 ? "1 thread" : `${threads} threads`}.`,
  note: (note: string): string => `Note: ${note}.`,
  runEnd: (end: RunEnd, tokens: number): string => {
    const after = `${formatInteger(tokens)} ${tokens === 1 ? "token" : "tokens"}`;
    const reasons: Readonly<Record<RunEnd, string>> = {
      length: `Generated ${after}, as many as Max tokens allows.`,
      eos: `The text ended after ${after}: the model drew its end-of-text token.`,
      context: `Stopped after ${after}: the model's context is full.`,
      cancelled: `Stopped after ${after}.`,
    };
    return reasons[end];
  },
  table: "Table",
  picture: "Picture",
  text: { heading: "Text" },
  map: {
    heading: "Map",
    sentence: (layer: number, { text, probability }: LikelyToken): string =>
      `After layer ${layer}, the model continues with ${JSON.stringify(text)} (${formatProbability(probability)}).`,
  },
  nextToken: {
    heading: "Next token",
    sentence: (kept: number | undefined): string =>
      kept === undefined ? "Drawn from all tokens." : `Drawn from the ${formatInteger(kept)} likeliest tokens.`,
  },
  cache: {
    heading: "Cache",
    sentence: (tokens: number, context: number): string =>
      `${formatInteger(tokens)} of ${formatInteger(context)} positions hold keys and values.`,
  },
  model: { heading: "Model" },
  texts: {
    heading: "Texts",
    invitation: "Compare two texts: which one does the model find likelier?",
    sentence: (a: Totals, b: Totals): string =>
      `Text A costs ${formatBits(a.bitsPerToken)} a token, text B ${formatBits(b.bitsPerToken)}.`,
    explanation:
      "The model reads each text and gives every token a probability before it sees it. Fewer bits: less surprising.",
    a: "Text A",
    b: "Text B",
    classes: "A token's rank among the model's predictions:",
    unscored: "not scored, the first token",
    watermark: "Test both texts for a watermark (green: underlined once; red: twice)",
    key: "Watermark key",
    strip: (name: string): string => `${name}: the probability of each token`,
    columns: ["Token", "Probability", "Bits", "Rank", "Entropy, bits"],
    statisticsCaption: "Statistics of both texts",
    statistic: "Statistic",
    formula: "Formula",
    statistics: {
      bits: "bits per token",
      perplexity: "perplexity",
      logLikelihood: "log-likelihood",
      rank: "rank",
      logRank: "log-rank",
      entropy: "entropy",
      lrr: "LRR",
      fastDetectGpt: "Fast-DetectGPT",
      watermark: "watermark z",
    },
    disclaimer:
      "Each is a statistic, neither a proof nor a probability that a model wrote the text: compare with texts of the " +
      "same kind and length. T tokens are scored; p is a token's probability, r its rank from 1, H the entropy before it.",
  },
  interventions: {
    heading: "Interventions",
    sentence: (count: number): string =>
      count === 0
        ? "The model is as it was trained: change a part, and see what depends on it."
        : `${count === 1 ? "1 part" : `${count} parts`} of the model changed by hand; everything on the page follows.`,
    explanation:
      "Choose a layer and a position on the map, a head in the block. What is set to zero is missing from everything " +
      "after it; what is put in from text B shows where a difference between the texts is carried.",
    zero: (layer: number, head: number): string => `Set layer ${layer}, head ${head} to zero`,
    patch: (layer: number, position: number): string =>
      `Patch before layer ${layer} at position ${position} from text B`,
    source: (text: string): string => `Text B: ${text}`,
    list: "Interventions",
    name: ({ type, tensor, head, position }: Intervention): string => {
      const part = [head === undefined ? "" : ` head ${head}`, position === undefined ? "" : ` position ${position}`];
      return `${tensor}${part.join("")}: ${type === "zero" ? "zero" : "from text B"}`;
    },
    before: "Likeliest before",
    after: "after",
    undo: "Undo",
  },
  number: {
    heading: "Number",
    /** A number by its tensor and index. */
    name: (tensor: string, index: readonly number[]): string => `${tensor}[${index.join(", ")}]`,
    shape: (shape: readonly number[]): string => `One of ${shape.join(" × ")} numbers.`,
    back: "Number before",
    close: "Close",
    contribution: "Contribution",
    factors: "Product of",
    operands: (count: number): string =>
      count === 1 ? "It comes from 1 term" : `It is made of ${formatInteger(count)} terms, the largest first`,
    more: (rest: string): string => `Show more of the other ${rest}`,
    derived: {
      negative: "minus",
      reciprocal: "1 divided by",
      "squared difference from the mean": "squared difference from the mean of",
      exponential: "e to the power of (relative to the largest)",
      rounded: "rounded for the int8 weight:",
    },
    explanations: {
      parameter: "A parameter: learned in training, and the same for every text.",
      masked: "A later token: attention does not look ahead, so nothing was computed here.",
      lookup: "Looked up in a table of the model.",
      sum: "The sum of two numbers.",
      linear: "A linear layer: each number of its input times a weight, and a bias.",
      score: "The query of this token times the key of the other one, channel by channel, scaled.",
      softmax: "The softmax of the scores: this one's share of all exponentials.",
      values: "The values of all tokens up to this one, each weighted by attention.",
      norm: "A layer norm: minus the mean, divided by the scale, times a weight, plus a bias.",
      mean: "The mean of a row of the residual stream.",
      scale: "The standard deviation of a row of the residual stream; epsilon keeps it above zero.",
      activation: "The MLP's activation function of one number.",
      logit: "The final layer norm's output times the token's row of the output matrix.",
    },
  },
  shareAndExport: { heading: "Share and export", share: "Share", export: "Export" },
} as const;

function formatBits(bits: number | null): string {
  return bits === null ? "nothing" : `${formatShort(bits)} bits`;
}
