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
  shareAndExport: {
    heading: "Share and export",
    share: "Share",
    copied: "Copied a link to what this page shows.",
    notCopied: "The browser did not allow copying. Copy the link from here:",
    link: "Link",
    noLink: "A link cannot name a model from a folder on your disk. Export the state instead.",
    longLink: (characters: number, most: number): string =>
      `The text is too long for a link of ${formatInteger(most)} characters; it takes ${formatInteger(characters)}.`,
    export: "Export",
    exports: {
      state: "State (JSON)",
      distribution: "Distribution (JSON)",
      trace: "Trace (safetensors)",
      picture: "Picture (SVG)",
    },
    exporting: (what: string): string => `Exporting: ${what}`,
    exported: (file: string): string => `Exported ${file}.`,
    cancel: "Cancel",
    pictureTitle: (model: string, text: string): string => `${model} continues ${JSON.stringify(text)}`,
    pictureSummary: (prompt: number, generated: number, seed: number): string =>
      `${count(prompt, "prompt token")}, ${count(generated, "generated token")}, seed ${seed}`,
    pictureLegend:
      "Under a token of the prompt: its id. Under a generated one: its probability in the model, also as color.",
    pictureNext: "Likeliest to come next, before sampling",
    others: "all others",
  },
  link: {
    unknown: (key: string): string => `The link has a part "${key}" that this page does not know.`,
    twice: (key: string): string => `The link has ${key} twice; the first is taken.`,
    wrong: (key: string, rule: string, got: string): string => `The link's ${key} must be ${rule}, got ${got}.`,
    version: (got: string): string =>
      `The link is of version ${got} and this page reads version 1; reload the page for a newer one.`,
    long: (characters: number, most: number): string =>
      `The link has ${formatInteger(characters)} characters; at most ${formatInteger(most)} are read.`,
    refused: (reason: string): string => `The link's sampling cannot be used: ${reason}.`,
    noTokens: (reason: string): string => `The link's tokens cannot be used: ${reason}.`,
    more: (problems: number): string => `${count(problems, "more problem")} in the link.`,
    rest: "The rest was opened.",
    rules: {
      encoding: "percent-encoded UTF-8",
      name: "a name",
      wholeNumber: (least: number, most: number): string => `a whole number from ${least} to ${most}`,
      number: "a number",
      words: (words: readonly string[]): string => words.join(" or "),
      ids: "token ids with commas between them",
      tokens: "token ids with commas between them, and a c after each that was chosen by hand",
      random: "four whole numbers below 2^32, not all 0, and mirostat's mu if it has one, with commas between them",
      biases: "token ids and biases, such as 198:-5,11:2",
      texts: "a JSON list of texts",
      model: (known: readonly string[]): string => `a model that this page has: ${known.join(", ")}`,
    },
  },
} as const;

/** `1 token`, `2 tokens`. */
function count(number: number, noun: string): string {
  return `${formatInteger(number)} ${noun}${number === 1 ? "" : "s"}`;
}
