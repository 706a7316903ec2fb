/**
 * generate of the library: continues a prompt as the command `tsgpt generate` does without options. What it returns is
 * read token by token, or awaited for the whole text.
 */
import {
  checkModel,
  type FinishReason,
  type GeneratedToken,
  generate as generateTokens,
  type Model,
  type GenerateOptions as TokenOptions,
} from "@tsgpt/gpt";
import { abortSignal, type Checks, checkOptions, strings } from "@tsgpt/numeric";
import {
  type ChainOptions,
  type ChainSpec,
  chainOptionChecks,
  createSampler,
  optionsOfTexts,
  presetChain,
  SamplingError,
} from "@tsgpt/sampling";
import { randomSeed } from "./random-seed.ts";

/** The default of maxTokens. */
export const MAX_TOKENS = 200;

/** The options of the sampling chain, by default the lecture's, and these. */
export interface GenerateOptions extends ChainOptions {
  /** Most tokens to generate; 200 by default. */
  readonly maxTokens?: number | undefined;
  /** The same seed gives the same text; by default, a random one. */
  readonly seed?: number | undefined;
  /** Texts that end the generated text, and are not part of it. */
  readonly stop?: readonly string[] | undefined;
  /** Ends the text where it is; nothing is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** A generated text. */
export interface GeneratedText {
  /** The continuation, without the prompt; empty for a model without a tokenizer. */
  readonly text: string;
  /** The ids of the continuation. */
  readonly ids: readonly number[];
  /** "abort" also if a loop over the tokens was left early. */
  readonly finishReason: FinishReason;
}

/** A text while it is generated, at the pace at which its tokens are read: in a loop, or all of them by `await`. */
export interface Generation extends AsyncIterable<GeneratedToken>, PromiseLike<GeneratedText> {}

const CHECKS: Checks<GenerateOptions> = {
  maxTokens: "number",
  seed: "number",
  stop: strings,
  signal: abortSignal,
  ...chainOptionChecks,
};

/**
 * Continues a prompt: `for await (const { text } of generate(model, prompt))`, or
 * `const { text } = await generate(model, prompt)`. Nothing runs before it is read or awaited.
 * @throws RangeError for an invalid model, prompt or option; SamplingError for options that contradict each other;
 * ContextOverflowError for a prompt that is too long
 */
export function generate(model: Model, prompt: string | readonly number[], options: GenerateOptions = {}): Generation {
  checkOptions("generate", options, CHECKS);
  checkModel("generate", model);
  const { maxTokens = MAX_TOKENS, seed, stop, signal, ...chainOptions } = options;
  checkSeed(seed, chainOptions);
  const sample = createSampler(chainOf(model, chainOptions), { seed: seed ?? randomSeed() });
  return generation(model, prompt, { sample, maxTokens, stop, signal });
}

function checkSeed(seed: number | undefined, { greedy }: ChainOptions): void {
  if (seed === undefined) return;
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`generate: seed must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, got ${seed}`);
  }
  if (greedy)
    throw new RangeError("generate: seed does nothing with greedy, which draws nothing; leave one of them out");
}

/** The chain of the command with these options. @throws SamplingError naming the option that is wrong */
function chainOf({ tokenizer, config }: Model, options: ChainOptions): ChainSpec {
  const { dryMultiplier, dryBreakers = optionsOfTexts({ dryMultiplier }, tokenizer, config.vocabSize).dryBreakers } =
    options;
  try {
    return presetChain("lecture", dryBreakers ? { ...options, dryBreakers } : options);
  } catch (cause) {
    if (!(cause instanceof SamplingError)) throw cause;
    throw new SamplingError(inOptions(cause.message), { cause });
  }
}

/** A message of presetChain as one of generate, with topP for its step top-p. */
function inOptions(message: string): string {
  const camelCase = (type: string) => type.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return message.replace(/^presetChain/, "generate").replaceAll(/\b[a-z]+(?:-[a-z]+)+\b/g, (type) => {
    return Object.hasOwn(chainOptionChecks, camelCase(type)) ? camelCase(type) : type;
  });
}

function generation(model: Model, prompt: string | readonly number[], options: TokenOptions): Generation {
  const ids: number[] = [];
  let text = "";
  let finishReason: FinishReason = "abort";
  const onHeldText = (held: string) => {
    text += held;
  };
  const run = generateTokens(model, prompt, { ...options, onHeldText });
  async function* untilFinished(): AsyncGenerator<GeneratedToken, void> {
    finishReason = yield* run;
  }
  async function* recorded(): AsyncGenerator<GeneratedToken, void> {
    for await (const token of untilFinished()) {
      ids.push(token.id);
      text += token.text;
      yield token;
    }
  }
  const tokens = recorded();
  const readAll = async (): Promise<GeneratedText> => {
    for await (const _ of tokens);
    return { text, ids, finishReason };
  };
  let whole: Promise<GeneratedText> | undefined;
  return {
    [Symbol.asyncIterator]: () => tokens,
    // biome-ignore lint/suspicious/noThenProperty: `await generate(...)` is the whole text
    then: (onText, onError) => {
      whole ??= readAll();
      return whole.then(onText, onError);
    },
  };
}
