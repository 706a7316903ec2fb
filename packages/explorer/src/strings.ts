/** Every word that the page shows, in one place, ready to be translated. */
import { formatInteger, formatMegabytes, formatProbability } from "./format.ts";
import type { LoadProgress, ModelInfo } from "./protocol/model.ts";
import type { LikelyToken, RunEnd } from "./protocol/text.ts";

export const strings = {
  title: "Inside a GPT",
  explanation: (vocabSize: number | undefined): string => {
    const each = vocabSize === undefined ? "each token" : `each of the ${formatInteger(vocabSize)} tokens`;
    const reads =
      "A language model runs in this page: it splits your text into tokens (words and pieces of words), gives";
    return `${reads} ${each} it knows a probability of coming next, draws one, appends it, and starts over.`;
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
  text: {
    heading: "Text",
    computed: (tokens: number, cached: number): string => {
      const count = tokens === 1 ? "1 token" : `${formatInteger(tokens)} tokens`;
      const computed = `${formatInteger(tokens - cached)} computed in the last step (underlined)`;
      const sources = `${computed}, ${formatInteger(cached)} from the cache`;
      return `${count}: ${cached === 0 ? "all computed in the last step" : sources}. Choose one to look inside.`;
    },
    position: (position: number): string => `Position ${formatInteger(position)}`,
    opened: "Opened token",
    place: (id: number, position: number): string => `id ${id}, position ${formatInteger(position)}`,
    close: "Close",
    bytes: "Bytes (hexadecimal)",
    asText: "As UTF-8 text",
    partOfCharacter: "Not a whole character: its other bytes are in the tokens beside it.",
    noBytes: "The model has this id, but its tokenizer has no text for it.",
    oneByte: "One byte, which is a token of its own: nothing was merged.",
    noMerges: "No merges make this token; a special token is found in the text as a whole.",
    merging:
      "The tokenizer starts from single bytes and joins two neighbors at a time, the pair of the lowest rank first.",
    merges: "Merges, in order",
    rank: "Rank",
    symbols: "Symbols",
    start: "Start",
  },
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
  shareAndExport: { heading: "Share and export", share: "Share", export: "Export" },
} as const;
