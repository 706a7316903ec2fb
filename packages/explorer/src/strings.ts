/** Every word that the page shows, in one place, ready to be translated. */
import type { LoadProgress, ModelInfo, RunEnd } from "./protocol.ts";

const integer = new Intl.NumberFormat("en");
const megabytes = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const percentage = new Intl.NumberFormat("en", {
  style: "percent",
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

export const formatProbability = (probability: number): string => percentage.format(probability);

export const strings = {
  title: "Inside a GPT",
  explanation: (vocabSize: number | undefined): string => {
    const each = vocabSize === undefined ? "each of its tokens" : `each of its ${integer.format(vocabSize)} tokens`;
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
      : `Loading the model: ${megabytes.format(progress.loaded / 1e6)} of ${megabytes.format(progress.total / 1e6)} MB`,
  workerFailed: "The worker did not start; reload the page",
  runsOn: ({ name, kernels, threads }: ModelInfo): string =>
    `Model ${name}: ${kernels} kernels on ${threads === 1 ? "1 thread" : `${threads} threads`}.`,
  note: (note: string): string => `Note: ${note}.`,
  runEnd: (end: RunEnd, tokens: number): string => {
    const after = `${integer.format(tokens)} ${tokens === 1 ? "token" : "tokens"}`;
    const reasons: Readonly<Record<RunEnd, string>> = {
      length: `Generated ${after}, as many as Max tokens allows.`,
      eos: `The text ended after ${after}: the model drew its end-of-text token.`,
      context: `Stopped after ${after}: the model's context is full.`,
      cancelled: `Stopped after ${after}.`,
    };
    return reasons[end];
  },
} as const;
