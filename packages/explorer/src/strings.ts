/** Every word that the page shows, in one place, ready to be translated. */
import { visibleText } from "@tsgpt/analysis";
import { formatInteger, formatMegabytes, formatProbability } from "./format.ts";
import type { LensCell } from "./protocol/map.ts";
import type { LoadProgress, ModelInfo } from "./protocol/model.ts";
import type { LikelyToken, RunEnd, Token } from "./protocol/text.ts";

const tokenCount = (count: number): string => `${formatInteger(count)} ${count === 1 ? "token" : "tokens"}`;

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
    sentence: (row: number, layers: number, { token, likeliest }: LensCell): string => {
      const [best] = likeliest as [LikelyToken];
      const { quoted } = strings.map;
      const found = `${quoted(token.text)} with ${quoted(best.text)}, ${formatProbability(best.probability)}.`;
      if (row === layers + 1) return `The model continues ${found}`;
      return `${row === 0 ? "After the embedding" : `After layer ${row - 1}`}, the model would continue ${found}`;
    },
    quoted: (text: string): string => (text === "" ? strings.emptyToken : `“${visibleText(text)}”`),
    rowName: "Layer",
    label: "Likeliest next token by layer and position",
    hint:
      "What the model would predict after each token if it stopped after a layer (the logit lens): every row goes " +
      "through the final norm and the output head. The last row is the model’s own prediction, and so the same as " +
      "the row above it.",
    row: (row: number, layers: number): string =>
      row === 0 ? "Embedding" : row > layers ? "Final norm" : `Layer ${row - 1}`,
    token: (position: number, { text }: Token): string => `position ${position} ${strings.map.quoted(text)}`,
    pending: "not computed yet",
    computed: "computed",
    cached: "from cache",
    computedCount: (count: number): string => `${tokenCount(count)} computed in the last pass`,
    cachedCount: (count: number): string => `${tokenCount(count)} from cache`,
    progress: (done: number, count: number): string => `Lens of ${formatInteger(done)} of ${tokenCount(count)}`,
  },
  heatMap: {
    rows: "rows",
    columns: "columns",
    shown: (what: string, from: number, to: number, count: number): string =>
      `Showing ${what} ${formatInteger(from)} to ${formatInteger(to)} of ${formatInteger(count)}`,
    earlier: (what: string): string => `Earlier ${what}`,
    later: (what: string): string => `Later ${what}`,
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
  shareAndExport: { heading: "Share and export", share: "Share", export: "Export" },
} as const;
