/** Every word that the page shows, in one place, ready to be translated. */
import { visibleText } from "@tsgpt/analysis";
import type { Totals } from "./components/cache/totals.ts";
import {
  formatDate,
  formatDecimal,
  formatFewMegabytes,
  formatInteger,
  formatMegabytes,
  formatProbability,
} from "./format.ts";
import type { CacheContents, RaceEnd } from "./protocol/cache.ts";
import type { LensCell } from "./protocol/map.ts";
import type { KeptModel, LoadProgress, ModelInfo } from "./protocol/model.ts";
import type { LikelyToken, RunEnd, Token } from "./protocol/text.ts";

const tokenCount = (count: number): string => `${formatInteger(count)} ${count === 1 ? "token" : "tokens"}`;

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
  workerFailed: (message: string | undefined): string =>
    `The worker that computes has failed${message ? ` (${message})` : ""}; reload the page to start it again`,
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
    sentence: (contents: CacheContents): string => {
      const { positions, capacity, bytes, capacityBytes } = contents;
      const held = `${formatInteger(positions)} of ${formatInteger(capacity)} positions hold keys and values`;
      return `${held}: ${formatFewMegabytes(bytes)} of ${formatFewMegabytes(capacityBytes)} MB.`;
    },
    why:
      "In each layer, every token looks back at the keys and values of the tokens before it. These never change, " +
      "so the model keeps them and computes only those of the new token.",
    bars: ({ positions, capacity, layers }: CacheContents): string =>
      `Keys and values in ${layers.length} layers: ${formatInteger(positions)} of ${formatInteger(capacity)} positions`,
    layer: (layer: number): string => `Layer ${layer}`,
    allLayers: "All layers",
    keys: "keys",
    values: "values",
    axis: "positions of the context",
    columns: ["Layer", "Positions", "Bytes of keys", "Bytes of values", "Bytes"],
    lastPass: ({ positions, computed }: CacheContents): string => {
      const were = `${formatInteger(computed)} ${computed === 1 ? "position" : "positions"}`;
      return `The last pass computed ${were}; ${formatInteger(positions - computed)} came from the cache.`;
    },
    bytes:
      "Two numbers of 4 bytes, one of a key and one of a value, for each of L layers, C channels and S positions " +
      "make this many bytes:",
    raceHeading: "With and without the cache",
    raceHint:
      "A race generates tokens after your prompt twice, with the cache and without. Your text stays as it is. The " +
      "two sides take turns, token by token, so that a slow moment of this machine affects both. Only the model's " +
      "passes are timed.",
    raceTokens: "Race tokens",
    race: "Race",
    stopRace: "Stop race",
    noRoom: "The prompt fills the context, so there is no room for a race.",
    result: (end: RaceEnd, count: number, totals: Totals): string => {
      const { withCache, without, same } = totals;
      const ended: Readonly<Record<RaceEnd, string>> = {
        length: "",
        eos: " The text ended: the model drew its end-of-text token.",
        cancelled: " Stopped.",
      };
      if (count === 0) return "Stopped before the first token.";
      const tokens = `${formatInteger(count)} ${count === 1 ? "token" : "tokens"}`;
      const ids =
        same === count
          ? `Both sides generated the same ${tokens}`
          : `Of ${tokens}, the ids differ from token ${formatInteger(same + 1)} on`;
      const times = [withCache, without].map(({ milliseconds }) => formatDecimal(milliseconds));
      const ratio = formatDecimal(without.milliseconds / withCache.milliseconds);
      return `${ids}: ${times[0]} ms with the cache, ${times[1]} ms without, ${ratio} times as long.${ended[end]}`;
    },
    explanation:
      "The first token costs both sides the same, because each has to read the prompt. After that, the side with the " +
      "cache computes one position per token, and its curve is nearly flat. The side without it computes the whole " +
      "text again for every token, so its curve rises with each one. The tokens are the same: earlier keys and " +
      "values do not depend on later tokens, so computing them again gives the same numbers.",
    withCache: "With the cache",
    without: "Without the cache",
    token: "token",
    measures: { milliseconds: "Time per token, ms", multiplyAdds: "Multiply-adds per token" },
    curve: (title: string, token: number, withCache: string, without: string): string =>
      `${title}. Token ${formatInteger(token)}: ${withCache} with the cache, ${without} without.`,
    lapColumns: ["#", "Token", "Id with cache", "Id without", "With the cache", "Without the cache"],
    totals: (count: number): string => `All ${formatInteger(count)} tokens of the race`,
    totalTime: "Time, ms",
    medianTime: "Median time per token, ms",
    totalMultiplyAdds: "Multiply-adds, millions",
    ratio: "Ratio",
    lap: (count: number, all: number): string => `${formatInteger(count)} of ${formatInteger(all)} tokens`,
    formulas: "How multiply-adds are counted",
    letters:
      "For the last token of your text: L layers, C channels, V tokens in the vocabulary, S positions, and M inner " +
      "neurons of the MLP. Each layer multiplies by the weights of attention and MLP, and compares the token with S " +
      "keys and adds S values. The head is computed at the last position only. Layer norms, softmax, activation " +
      "function and biases are left out.",
  },
  model: {
    heading: "Model",
    /** The heading's, of the model that runs. */
    sentence: ({ name, dtype, weightBytes, kernels, threads }: ModelInfo): string => {
      const on = threads === 1 ? "1 thread" : `${threads} threads`;
      return `${name}: ${formatMegabytes(weightBytes)} MB of weights in ${dtype}, on ${kernels} kernels and ${on}.`;
    },
    explanation:
      "Another GPT-2 model can run on this page: one from a folder on this device, or one from the Hugging Face hub. " +
      "Nothing is uploaded.",
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
    dtypeHint:
      "In f32 the numbers are those of the file. Smaller types need less memory and change the results slightly.",
    dtype: "Type of the weights in memory",
    automatic: (dtype: string | undefined): string => (dtype === undefined ? "Automatic" : `Automatic (${dtype})`),
    load: "Load",
    keep: "Keep in this browser",
    cancel: "Cancel",
    cancelled: "Cancelled. What was downloaded is kept; loading the model again continues there.",
    noModel: "No model is loaded.",
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
      const used = `${formatMegabytes(usage)} of ${formatMegabytes(quota)} MB`;
      return `This page uses ${used} of storage; the browser ${fate}.`;
    },
  },
  shareAndExport: { heading: "Share and export", share: "Share", export: "Export" },
} as const;
