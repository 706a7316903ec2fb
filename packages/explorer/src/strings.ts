/** Every word that the page shows, in one place, ready to be translated. */
import { formatInteger, formatMegabytes, formatProbability } from "./format.ts";
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
