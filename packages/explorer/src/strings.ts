/** Every word that the page shows, in one place, ready to be translated. */
import { formatDate, formatInteger, formatMegabytes, formatProbability } from "./format.ts";
import type { KeptModel, LoadProgress, ModelInfo } from "./protocol/model.ts";
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
  model: {
    heading: "Model",
    /** The heading's, of the model that runs. */
    sentence: ({ name, dtype, weightBytes, kernels, threads }: ModelInfo): string => {
      const on = threads === 1 ? "1 thread" : `${threads} threads`;
      return `${name}: ${formatMegabytes(weightBytes)} MB of weights in ${dtype}, on ${kernels} kernels and ${on}.`;
    },
    explanation:
      "Another GPT-2 model can run on this page: one from a folder on this device, or one from the Hugging Face hub. Nothing is uploaded.",
    bundled: "Bundled model",
    folder: "Open a folder",
    folderHint: "A folder with config.json and model.safetensors; it can also be dropped here.",
    hubId: "Hub id",
    hubExample: "openai-community/gpt2",
    revision: "Revision",
    revisionExample: "main",
    lookUp: "Look up",
    lookingUp: "Reading what the model is, without its weights",
    parameters: "Parameters",
    parametersOf: (count: number, stored: Readonly<Record<string, number>>): string =>
      `${formatInteger(count)}, stored as ${Object.keys(stored).join(" and ")}`,
    shape: "Shape",
    shapeOf: ({ nLayer, nHead, nEmbd, nPositions, vocabSize }: ModelInfo["config"]): string =>
      `${nLayer} layers, ${nHead} heads, ${formatInteger(nEmbd)} channels, context ${formatInteger(nPositions)}, ` +
      `vocabulary ${formatInteger(vocabSize)}`,
    weights: "Weights",
    size: (bytes: number): string => `${formatMegabytes(bytes)} MB`,
    download: "Download",
    downloadOf: (total: number, there: number): string =>
      there === 0
        ? `${formatMegabytes(total)} MB`
        : `${formatMegabytes(total - there)} of ${formatMegabytes(total)} MB; the rest is kept already`,
    memory: "Memory at the full context, in MB",
    memoryColumns: ["Type", "Total", "Fits", "Weights", "Cache", "One pass"],
    fits: (doesFit: boolean): string => (doesFit ? "yes" : "no"),
    available: (bytes: number): string => `The engine can have ${formatMegabytes(bytes)} MB in this browser.`,
    tooLarge: (name: string, least: number, available: number): string =>
      `${name} is too large for this browser: it needs at least ${formatMegabytes(least)} MB of memory, ` +
      `and there are ${formatMegabytes(available)} MB.`,
    dtypeHint: "In f32 every number is exact. Smaller types need less memory and change the probabilities slightly.",
    dtype: "Type of the weights in memory",
    automatic: (dtype: string | undefined): string => (dtype === undefined ? "Automatic" : `Automatic (${dtype})`),
    load: "Load",
    keep: "Keep in this browser",
    cancel: "Cancel",
    cancelled: "Cancelled. What was downloaded is kept; loading the model again continues there.",
    none: "No model is loaded, because there was no room for two; load one in the section Model.",
    progress: ({ stage, loaded, total, retry }: LoadProgress): string => {
      const of = `${formatMegabytes(loaded)} of ${formatMegabytes(total)} MB`;
      if (retry !== undefined) return `Downloaded ${of}. Trying again: ${retry}`;
      const doing = {
        download: "Downloading",
        keep: "Copying into the browser's storage",
        load: "Loading into memory",
      };
      return `${doing[stage]}: ${of}`;
    },
    starting: "Starting",
    kept: "Kept models",
    noneKept: "None. A model from the hub is kept in this browser, so that it loads without a network.",
    keptAt: ({ bytes, there, isComplete, time }: KeptModel): string => {
      const size = `${formatMegabytes(bytes)} MB`;
      if (isComplete) return `${size}, kept on ${formatDate(time)}`;
      return `${formatMegabytes(there)} of ${size}; begun on ${formatDate(time)}`;
    },
    notMain: (revision: string | undefined): string =>
      revision === undefined || revision === "main" ? "" : ` at ${revision}`,
    loadKept: (name: string): string => `Load ${name}`,
    delete: "Delete",
    deleteKept: (name: string): string => `Delete ${name}`,
    storage: (usage: number, quota: number, isPersistent: boolean): string => {
      const fate = isPersistent ? "will not delete it by itself" : "may delete it when the device runs out of space";
      return `This page uses ${formatMegabytes(usage)} of ${formatMegabytes(quota)} MB of storage; the browser ${fate}.`;
    },
  },
  shareAndExport: { heading: "Share and export", share: "Share", export: "Export" },
} as const;
