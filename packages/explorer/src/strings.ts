/**
 * Every word that the page shows, in one place, ready to be translated. Why the engine or the worker refuses something
 * is said by its error, as in every library; such a sentence names none of the page's controls.
 */
import { type Totals as ScoreTotals, visibleText } from "@tsgpt/analysis";
import { type ActivationName, keyOf } from "@tsgpt/gpt";
import type { ChainFlags, StepSpec } from "@tsgpt/sampling";
import type { Totals } from "./components/cache/totals.ts";
import { documentWords } from "./document-words.ts";
import {
  formatBriefShare,
  formatDate,
  formatDecimal,
  formatFewMegabytes,
  formatFour,
  formatInteger,
  formatMegabytes,
  formatProbability,
  markSpaces,
} from "./format.ts";
import type { CacheContents, RaceEnd } from "./protocol/cache.ts";
import type { Intervention } from "./protocol/interventions.ts";
import type { LensCell } from "./protocol/map.ts";
import type { KeptModel, LoadProgress, ModelInfo } from "./protocol/model.ts";
import type { Summary } from "./protocol/next-token.ts";
import type { End, LikelyToken, RunEnd, Token } from "./protocol/text.ts";
import type { IsolationProblem } from "./state/isolation.ts";

const tokenCount = (count: number): string => `${formatInteger(count)} ${count === 1 ? "token" : "tokens"}`;

export const strings = {
  title: documentWords.title,
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
  notIsolated: (problem: IsolationProblem): string => {
    const worker = "The service worker, which would allow several threads,";
    if (typeof problem === "object") return `${worker} failed: ${problem.message}.`;
    const reasons: Readonly<Record<Exclude<IsolationProblem, object>, string>> = {
      insecure: `${worker} needs https, or the address localhost.`,
      unavailable: `${worker} cannot start in this browser or this window.`,
      incomplete: `${worker} could not read all files of the page.`,
      slow: `${worker} is still starting; reload the page to use it.`,
      framed: "There is one thread while the page is in a frame of a page that is not isolated.",
    };
    return reasons[problem];
  },
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
  ended: (end: End): string => {
    const reasons: Readonly<Record<End, string>> = {
      eos: "The text has ended: its last token is the model's end-of-text token.",
      context: "The model's context is full.",
    };
    return `${reasons[end]} No token can follow.`;
  },
  table: "Table",
  picture: "Picture",
  tableOf: (caption: string): string => `Table: ${caption}`,
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
      if (row >= layers) return `The model continues ${found}`;
      return `${row === 0 ? "After the embedding" : `After layer ${row - 1}`}, the model would continue ${found}`;
    },
    quoted: (text: string): string => (text === "" ? strings.emptyToken : `“${markSpaces(visibleText(text))}”`),
    rowName: "Layer",
    label: "Likeliest next token by layer and position",
    hint:
      "What the model would predict after each token if it stopped after a layer (the logit lens): every row goes " +
      "through the final norm and the output head. The last row is the model’s own prediction, and so the same as " +
      "the row above it. The token selected here is also that of the text and of the block; Next token and Cache are " +
      "about the end of the text.",
    row: (row: number, layers: number): string =>
      row === 0 ? "Embedding" : row > layers ? "Final norm" : `Layer ${row - 1}`,
    token: (position: number, { text }: Token): string => `position ${position} ${strings.map.quoted(text)}`,
    pending: "not computed yet",
    computed: "computed",
    cached: "from cache",
    computedCount: (count: number): string => `${tokenCount(count)} computed in the last pass`,
    cachedCount: (count: number): string => `${tokenCount(count)} from cache`,
    openLogit: "logit",
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
    sentence: ({ vocabSize, kept, likeliest: { text, probability } }: Summary): string => {
      const tokens = `${formatInteger(kept)} of ${formatInteger(vocabSize)} tokens`;
      const likeliest = `${strings.map.quoted(text)} is the likeliest, ${formatBriefShare(probability)}`;
      return `The chain keeps ${tokens}; ${likeliest}.`;
    },
    curve: {
      heading: "Before sampling: every token, sorted",
      entropy: (bits: string): string => `Entropy ${bits} bits.`,
      scale: "Axes",
      scales: { log: "Logarithmic", linear: "Linear" },
      rank: "Rank",
      probability: "Probability",
      massAfter: "Mass after it",
      label: (size: number, tail: number | undefined): string =>
        `Probability of each of ${formatInteger(size)} tokens, the most probable first${
          tail === undefined ? "" : `; the tail has ${formatProbability(tail)}`
        }`,
      tail: (head: number, mass: string): string => `tail after ${head}: ${mass}`,
      tailSentence: (tokens: number, head: number, mass: string): string =>
        `The ${formatInteger(tokens)} tokens after the first ${head}, the tail, together have probability ${mass}.`,
    },
    top: {
      heading: "Top 20",
      hint: "Probabilities and logits before sampling. Choose a token to append it, or its logit to see its terms.",
      logit: "logit",
    },
    sampling: "Sampling options",
    reset: "Reset options",
    none: "none",
    dialect: [
      "Dialect",
      "Whose defaults, order of steps and boundary cases apply. The bundled model has a top-p of its own.",
    ],
    greedy: ["Greedy", "Always take the most probable token, after penalties and constraints."],
    groups: {
      shaping: "Shaping and truncating the distribution",
      penalties: "Penalties on tokens that have occurred",
      constraints: "Constraints",
    },
    optionsSet: (count: number): string => `${count} set`,
    defaultWord: (word: string): string => `${word} (default)`,
    wrongNumber: "Enter a number, such as 0.5",
    wrongIds: "Enter token ids separated by commas, such as 1, 2, 3",
    wrongBiases: "Enter id:bias pairs separated by commas, such as 5:2, 7:-1.5",
    biasTwice: (id: string): string => `Name token ${id} once`,
    wrongScope: "Enter all, generated or a whole number of last tokens",
    placeholders: { "token ids": "1, 2, 3", biases: "5:2, 7:-1.5", texts: "", scope: "all" },
    options: {
      temperature: ["Temperature", "Above 1 flattens the distribution, below 1 sharpens it; 1 is off."],
      topK: ["Top-k", "Keep the k most probable tokens; 0 is off."],
      topP: ["Top-p", "Keep the most probable tokens that hold probability p; 1 is off."],
      minP: ["Min-p", "Keep tokens of at least p times the largest probability; 0 is off."],
      typical: ["Typical", "Keep the tokens closest to the entropy that hold this probability; 1 is off."],
      epsilon: ["Epsilon", "Keep tokens of this probability or more; 0 is off."],
      eta: ["Eta", "Like epsilon, but lower for a high entropy; 0 is off."],
      topNSigma: ["Top-n-sigma", "Keep logits within n standard deviations of the largest; 0 is off."],
      xtcProbability: ["XTC probability", "Probability of excluding the top choices; 0 is off."],
      xtcThreshold: ["XTC threshold", "Probability from which a token is a top choice."],
      mirostatTau: ["Mirostat tau", "Mirostat v2 with this target surprise, in bits; 0 is off."],
      mirostatEta: ["Mirostat eta", "Learning rate of mirostat."],
      frequencyPenalty: ["Frequency penalty", "Penalty per occurrence; off: 1 under lecture, 0 elsewhere."],
      presencePenalty: ["Presence penalty", "Penalty for any occurrence; off: 1 under lecture, 0 elsewhere."],
      repetitionPenalty: ["Repetition penalty", "CTRL's penalty: divides positive logits; 1 is off."],
      dryMultiplier: ["DRY multiplier", "DRY penalty on repeated sequences; 0 is off."],
      dryBase: ["DRY base", "Growth of the penalty with their length."],
      dryAllowedLength: ["DRY allowed length", "Shorter repetitions are not penalized."],
      dryBreaker: [
        "DRY breakers",
        'Repetitions end at these token ids or texts, one a line; none disables them. "\\n" is a line break.',
      ],
      penaltyScope: ["Penalty scope", "Which tokens penalties count: all, generated, or the last N."],
      noRepeatNgram: ["No-repeat n-gram", "No sequence of n tokens occurs twice; 0 is off."],
      banned: ["Banned", "Token ids or texts that must not occur, one sequence a line."],
      allowed: ["Allowed tokens", "The ids of the only tokens that may be chosen."],
      logitBias: ["Logit bias", "Added to the logits of these tokens."],
      forcedFirst: ["Forced first token", "The id of the first generated token."],
      watermarkKey: ["Watermark key", "Favors the green tokens of this secret key."],
      watermarkGamma: ["Watermark gamma", "Fraction of the vocabulary that is green."],
      watermarkDelta: ["Watermark delta", "Bias on the logits of green tokens."],
      watermarkHash: [
        "Watermark hash",
        "What seeds the green list: left, the previous tokens; self, one of them and the token.",
      ],
      watermarkWidth: ["Watermark width", "How many previous tokens."],
    } satisfies Readonly<Record<keyof ChainFlags, readonly [label: string, help: string]>>,
    chain: {
      heading: "Sampling chain",
      empty: "No step: the next token is drawn from all of them.",
      kept: "Kept",
      cut: "Cut",
      mass: "Mass kept",
      entropy: "Entropy",
      bits: (bits: string): string => `${bits} bits`,
      several: (name: string, count: number): string => `${name}: ${formatInteger(count)}`,
      chance: (uniform: string): string => `Random number ${uniform}: it acts if that is below its probability.`,
      bound: (mu: string): string => `Bound on the surprise: ${mu} bits.`,
      cutTokens: (count: number): string =>
        count === 1 ? "The token it cut" : `The ${formatInteger(count)} tokens it cut`,
      more: (part: number, left: string): string => `Show ${part} of the ${left} others`,
      steps: {
        "additive-penalties": "Lowers the logits of tokens that have occurred.",
        "allowed-tokens": "Keeps the tokens of a list.",
        "banned-words": "Cuts tokens that would complete a banned sequence.",
        dry: "Lowers the logits of tokens that would extend a repetition.",
        epsilon: "Cuts tokens below a probability.",
        eta: "Cuts tokens below a probability that depends on the entropy.",
        "forced-token": "Leaves one token at one index.",
        greedy: "Keeps the most probable token.",
        "lecture-penalties": "Divides the logits of tokens that have occurred.",
        "logit-bias": "Adds a number to the logits of some tokens.",
        "min-length": "Cuts the end-of-text token while the text is short.",
        "min-p": "Cuts tokens far less probable than the first.",
        mirostat: "Cuts tokens whose surprise exceeds a bound, which follows the text.",
        "no-repeat-ngram": "Cuts tokens that would repeat a sequence.",
        "repetition-penalty": "Lowers the logits of tokens that have occurred, once.",
        temperature: "Divides every logit.",
        "top-k": "Keeps the k most probable tokens.",
        "top-n-sigma": "Cuts logits far below the largest.",
        "top-p": "Keeps the most probable tokens until they hold probability p.",
        typical: "Keeps tokens whose surprise is close to the entropy.",
        watermark: "Raises the logits of the green tokens.",
        xtc: "Sometimes cuts all top choices but the last.",
      } satisfies Readonly<Record<StepSpec["type"], string>>,
    },
    draw: {
      heading: "The draw",
      ended: "No token can follow this text.",
      hidden: "Hidden until the tour has drawn the token.",
      greedy: "Greedy takes no random number. Next appends",
      uniform: (uniform: number): string => `Next will draw the random number ${uniform.toFixed(6)}, which falls to`,
      interval: (from: string, to: string): string =>
        `: its part of the cumulative probability is from ${from} to ${to}.`,
      picture: (tokens: number): string =>
        `Cumulative probability after the chain, divided among tokens in the order of ids; ${tokens} are shown`,
      table: "The widest parts, in the order of the ids",
      cumulative: "Cumulative probability, in the order of token ids",
      number: (uniform: number): string => uniform.toFixed(4),
      token: "Token",
      from: "From",
      to: "To",
      probability: "Probability",
    },
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
    memoryRows: {
      type: "Type",
      total: "Total",
      fits: "Fits",
      weights: "Weights",
      cache: "Cache",
      pass: "One pass",
      page: "Page",
    },
    page: (residuals: number, block: number, other: number): string =>
      `Page: ${formatMegabytes(residuals)} MB for the residual streams of the text, ` +
      `${formatMegabytes(block)} MB for a block while it or one of its numbers is open, ` +
      `and up to ${formatMegabytes(other)} MB for what is on the screen and what the browser has not collected yet.`,
    fits: (doesFit: boolean): string => (doesFit ? "yes" : "no"),
    available: (bytes: number): string =>
      `The engine, which has all but the page's own, can have ${formatMegabytes(bytes)} MB in this browser.`,
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
  block: {
    heading: "Block",
    explanation:
      "A block reads the residual stream, attends to earlier tokens, works on each token by itself, and adds " +
      "what it found. Every number can be opened, down to single weights.",
    layer: "Layer",
    head: "Head",
    sentence: (layer: number, head: number, token: string, source: string, weight: number): string =>
      `Layer ${layer}, head ${head}: ${quoted(token)} attends to ${quoted(source)}, ${weight.toFixed(2)}.`,
    heads: "All heads",
    headsHint:
      "Layers down, heads across; in each, the queries go down and the keys across. Colors follow the square root of " +
      "the weight. Choose one to see it large.",
    thumbnail: (layer: number, head: number): string => `Layer ${layer}, head ${head}`,
    map: (layer: number, head: number): string => `Layer ${layer}, head ${head}, over the text`,
    shows: "Shown",
    pattern: "pattern: the weights, after the softmax",
    scores: "scores: before the softmax",
    hideFirst: "Hide the first token's column",
    mapLabel: (of: "scores" | "pattern"): string =>
      of === "pattern"
        ? "Weights of each token (down) on the tokens before it (across)"
        : "Scores of each query and key",
    query: "Query",
    weightLegend: "the largest shown; colors follow the square root of the weight",
    masked: "masked",
    cell: (query: string, key: string, value: string): string => `${query} to ${key}: ${value}`,
    stages: "Step by step, at",
    largest: "Largest:",
    afterRun: "Follows when the run ends.",
    shape: (shape: readonly number[]): string => `[${shape.join(" × ")}]`,
    all: (count: string): string => `All ${count} numbers`,
    strip: (name: string, count: number): string => `${name}: ${formatInteger(count)} numbers, by sign and size`,
    /** The title of an activation, and what it is. */
    stage: (tensor: string): readonly [title: string, explanation: string] => {
      const found = STAGES.find(([suffix]) => tensor.endsWith(suffix));
      return found ? [found[1], found[2]] : [tensor, ""];
    },
  },
  texts: {
    heading: "Texts",
    invitation: "Compare two texts: which one does the model find likelier?",
    sentence: (a: ScoreTotals, b: ScoreTotals): string =>
      `Text A takes ${formatBits(a.bitsPerToken)} per token, text B ${formatBits(b.bitsPerToken)}.`,
    explanation:
      "The model reads each text and gives every token a probability before it sees it. The fewer bits, the less " +
      "it is surprised.",
    a: "Text A",
    b: "Text B",
    own: "Use the page's text again",
    classes: "A token's rank among the model's predictions:",
    unscored: "not scored, the first token",
    colors: "Under the key:",
    green: "green, one line",
    red: "red, two lines",
    watermark: "Test both texts for a watermark",
    key: "Watermark key",
    write: "Write text B with the watermark",
    writeHint:
      "The model continues the prompt with the page's seed and sampling, and favors the tokens that are green under " +
      "the key. The continuation becomes text B.",
    writing: (tokens: number, most: number): string =>
      `Writing: ${formatInteger(tokens)} of ${formatInteger(most)} tokens.`,
    reading: (done: number, total: number): string =>
      `Reading: ${formatInteger(done)} of ${formatInteger(total)} tokens in windows`,
    progress: (name: string): string => `${name} is read`,
    strip: (name: string): string => `${name}: the probability of each token`,
    columns: ["#", "Token", "Probability", "Bits", "Rank", "Entropy, bits"],
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
      "Each is a statistic, neither a proof nor a probability that a model wrote the text. Compare with texts of the " +
      "same kind and length. T tokens are scored; p is a token's probability, r its rank from 1, H the entropy of " +
      "the prediction, in nats. For the watermark, T tokens are counted, g of them green, and γ is the share of " +
      "green tokens in the vocabulary; without this watermark, z is above 4 in about 1 of 30,000 texts.",
  },
  interventions: {
    heading: "Interventions",
    sentence: (count: number): string =>
      count === 0
        ? "The model is as it was trained: change a part, and see what depends on it."
        : `The model is changed: ${interventionCount(count)} in force.`,
    inForce: (count: number): string =>
      `The model is changed by hand: ${interventionCount(count)} in force (section Interventions).`,
    notHere: "The interventions are not in force here: these numbers are those of the model as it was trained.",
    explanation:
      "Choose a layer and a position on the map, a head in the block. What is set to zero is missing from everything " +
      "after it. What is taken from text B shows where a difference between the texts is carried. Text, map, block, " +
      "next token and numbers follow.",
    zero: (layer: number, head: number): string => `Set layer ${layer}, head ${head} to zero`,
    patch: (layer: number, position: number): string =>
      `Patch before layer ${layer} at position ${position} from text B`,
    source: (text: string): string => `Text B, of the section Texts: ${shortText(text)}`,
    anyPart: "Any part of an activation",
    activation: "Activation",
    activationName: (name: Exclude<ActivationName, "lnFinal" | "logits">): string => {
      const key = keyOf(name, 0).replace("blocks.0.", "");
      const title = name === "embed" ? "Token embedding" : name === "posEmbed" ? "Position embedding" : "";
      return `${title || strings.block.stage(keyOf(name, 0))[0]} (${key})`;
    },
    allHeads: "all",
    position: "Position",
    allPositions: "all",
    choosePosition: "A patch needs a position that both texts have.",
    setToZero: "Set to zero",
    takeFromB: "Take from text B",
    list: "Interventions",
    name: (intervention: Intervention): string => {
      const { tensor, head, position } = intervention;
      const part = [head === undefined ? "" : `, head ${head}`, position === undefined ? "" : `, position ${position}`];
      const made = intervention.type === "zero" ? "set to zero" : `from ${quoted(shortText(intervention.from))}`;
      return `${tensor}${part.join("")}: ${made}`;
    },
    effects: "What it does to the likeliest next tokens",
    effectColumns: ["Token", "Without it", "With it"],
    undo: "Undo",
    undoAll: "Undo all",
  },
  tour: {
    heading: "Tour",
    stepLabel: "Step",
    begin: "Follow one token (2 minutes)",
    step: (number: number, count: number, title: string): string => `${number} of ${count}: ${title}`,
    next: "Continue",
    previous: "Previous step",
    reveal: "Draw the token",
    leave: "Leave the tour",
    end: "End",
    computing: "computing …",
    place: (layer: number, head: number): string => `layer ${layer}, head ${head}`,
    headOutput: "The head's first number:",
    titles: {
      ids: "Tokens are numbers",
      embedding: "A number becomes a vector",
      norm: "The layer norm",
      score: "A query meets a key",
      softmax: "Scores become weights",
      values: "Values are mixed and added",
      mlp: "The MLP: each token by itself",
      blocks: "Block after block",
      logit: "A score for every token",
      draw: "One token is drawn",
      append: "And it starts over",
    },
    /** A step has at most 25 words, all that it shows counted. */
    texts: {
      ids: ({ count, token, id, vocabulary }: TourFacts): string =>
        `Your text is ${tokenCount(count)}. We follow the last one, ${quoted(token)}. To the model it is only a ` +
        `number: ${id}, of ${vocabulary}.`,
      embedding: ({ channels }: TourFacts): string =>
        `One table has a vector for this token, another for its position. Their sum starts the residual stream, a ` +
        `list of ${formatInteger(channels)} numbers. The first:`,
      norm: (): string =>
        "Before attention reads the stream, a layer norm subtracts its mean, divides by its spread, and applies a " +
        "learned weight and bias:",
      score: ({ source, place, isAlone }: TourFacts): string =>
        `In ${place}, this token's query meets the key of ${isAlone ? "the same token" : quoted(source)}: ` +
        `multiplied channel by channel, summed, scaled by 1/√D:`,
      softmax: ({ token }: TourFacts): string =>
        `A softmax turns all scores so far into weights that sum to 1: how much ${quoted(token)} attends to ` +
        `each token.`,
      values: (): string =>
        "The tokens' values, summed by these weights, are one head's output. All heads, projected, are added to the " +
        "stream:",
      mlp: (): string =>
        "Then the MLP works on this token alone: norm, a wider layer, a nonlinear function, back to the stream's " +
        "width. It is added, too:",
      blocks: ({ layers }: TourFacts): string =>
        layers === 1
          ? "That was the only block. Read out before it and after it, the model would predict:"
          : `That was one block of ${layers}. Each reads the stream and adds to it. Read out before and after each, ` +
            `the model would predict:`,
      logit: ({ best }: TourFacts): string =>
        `A last norm, then a product with each token's row of the output matrix: one logit per token. ` +
        `${quoted(best)} has the largest:`,
      draw: ({ isDrawn }: TourFacts): string =>
        `Softmax gives probabilities; the sampling chain may change them; a random number ` +
        (isDrawn ? "decided." : "decides."),
      append: ({ computedFrom, isDrawn }: TourFacts): string =>
        isDrawn
          ? `It is appended; everything starts over. Only this column is new: the ${formatInteger(computedFrom)} ` +
            `before ${computedFrom === 1 ? "is" : "are"} cached.`
          : "No token can follow: the context is full, or the text has ended. Go Back to draw another.",
    },
    guess: "Your guess",
    another: "another",
    others: (count: number): string => `… and ${formatInteger(count)} more`,
    /** What the chain of these steps keeps. */
    chain: (steps: readonly string[], kept: string, all: string): string =>
      steps.length === 0 ? `Kept: all ${all} tokens.` : `Kept: ${kept} of ${all} tokens (${namesOrCount(steps)}).`,
    drawn: "Drawn:",
    after: (probability: string): string => `${probability} after the chain`,
    verdict: (isRight: boolean): string => (isRight ? "as you guessed" : "not your guess"),
  },
  number: {
    heading: "Number",
    /** A number by its tensor and index. */
    name: (tensor: string, index: readonly number[]): string => `${tensor}[${index.join(", ")}]`,
    shape: (shape: readonly number[]): string => `One of ${shape.join(" × ")} numbers.`,
    back: "Previous number",
    exportJson: "Export this number (JSON)",
    exportCsv: "Export its terms (CSV)",
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
  shareAndExport: {
    heading: "Share and export",
    share: "Share",
    copied: "Copied a link to what this page shows.",
    notCopied: "The browser did not allow copying. Copy the link from here:",
    link: "Link",
    noLink: "A link can name only a model that comes with this page, or is on the hub. Export the state instead.",
    longLink: (characters: number, most: number): string =>
      `The text is too long for a link of ${formatInteger(most)} characters; it takes ${formatInteger(characters)}.`,
    export: "Export",
    exports: {
      state: "State (JSON)",
      distribution: "Distribution (JSON)",
      scores: "Scores (JSON)",
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
    unnamed: "The link has a part without a name before its =.",
    twice: (key: string): string => `The link has ${key} twice; the first is taken.`,
    wrong: (key: string, rule: string, got: string): string => `The link's ${key} must be ${rule}, got ${got}.`,
    version: (got: string): string =>
      `The link is of version ${got} and this page reads version 1; reload the page for a newer one.`,
    long: (characters: number, most: number): string =>
      `The link has ${formatInteger(characters)} characters; at most ${formatInteger(most)} are read.`,
    refused: (reason: string): string => `The link's sampling cannot be used: ${reason}.`,
    noInterventions: (reason: string): string => `The link's interventions cannot be made: ${reason}.`,
    noNumber: (reason: string): string => `The link's number cannot be opened: ${reason}.`,
    noTokens: (reason: string): string => `The link's tokens cannot be used: ${reason}.`,
    missingModel: (id: string, revision: string): string =>
      `The link's model is ${id} at revision ${revision}, which is not on this device: look it up in the section ` +
      "Model and load it. The link's tokens, sampling and selection wait for it.",
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
      interventions: 'a JSON list such as [{"type":"zero","tensor":"blocks.0.attn.hook_z","head":1}]',
      numberName: "a tensor and an index, such as logits:4,262",
      model: (known: readonly string[]): string =>
        `a model that this page has (${known.join(", ")}), or one of the hub, such as openai-community/gpt2@main`,
    },
  },
} as const;

/** Names of so many words as a step of the tour has room for. */
function namesOrCount(steps: readonly string[]): string {
  const names = steps.join(", ");
  return names.split(" ").length <= 4 ? names : `${steps.length} steps`;
}

function formatBits(bits: number | null): string {
  return bits === null ? "nothing" : `${formatFour(bits)} bits`;
}

/** What a step of the tour tells of this text. */
interface TourFacts {
  readonly count: number;
  readonly vocabulary: string;
  readonly layers: number;
  /** Numbers of the residual stream. */
  readonly channels: number;
  readonly token: string;
  readonly id: number;
  readonly source: string;
  /** Whether there is no token before. */
  readonly isAlone: boolean;
  readonly best: string;
  readonly place: string;
  readonly computedFrom: number;
  readonly isDrawn: boolean;
}

const interventionCount = (number: number): string => count(number, "intervention");

/** A text in one line, cut. */
function shortText(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function quoted(text: string): string {
  return `\u201c${markSpaces(visibleText(text))}\u201d`;
}

const STAGES: readonly (readonly [suffix: string, title: string, explanation: string])[] = [
  ["hook_resid_pre", "Residual stream", "What the embedding and the blocks before have written for this token."],
  ["ln1.hook_normalized", "First norm", "The stream minus its mean, divided by its scale, with weight and bias."],
  ["hook_q", "Queries", "What this token looks for: a linear layer of the norm, D numbers for each head."],
  ["hook_k", "Keys", "What this token is found by: D numbers for each head."],
  ["hook_v", "Values", "What a token that attends to this one receives: D numbers for each head."],
  ["hook_attn_scores", "Scores of the head", "This token's query times the key of every token so far, over √D."],
  ["hook_pattern", "Pattern of the head", "The softmax of the scores: weights that sum to 1."],
  ["hook_z", "Weighted values", "For each head, the values of all tokens so far, summed by its pattern."],
  ["hook_attn_out", "Attention's output", "All heads together through one linear layer."],
  ["hook_resid_mid", "First addition", "The residual stream plus attention's output."],
  ["ln2.hook_normalized", "Second norm", "The new stream, normalized again with other weights."],
  ["mlp.hook_pre", "MLP, inner layer", "A linear layer to more numbers, usually four times as many."],
  ["mlp.hook_post", "MLP, activation", "The activation function of each of them."],
  ["hook_mlp_out", "MLP's output", "A linear layer back to the stream's width."],
  ["hook_resid_post", "Second addition", "The stream plus the MLP's output: what the next block reads."],
];

/** `1 token`, `2 tokens`. */
function count(number: number, noun: string): string {
  return `${formatInteger(number)} ${noun}${number === 1 ? "" : "s"}`;
}
