/** Models of letters: each character of a text is a token, so that a whole training takes seconds. */
import { generate, type Model, presetConfig, randomModel } from "@tsgpt/gpt";
import { type ChainSpec, createSampler } from "@tsgpt/sampling";
import { createReferenceEngine } from "@tsgpt/tensor";
import { createLearner, type Learner } from "@tsgpt/train";

/** The characters of a text, in the order of their codes; a character's id is its index. */
export interface Letters {
  readonly size: number;
  encode(text: string): Uint16Array;
  decode(ids: readonly number[]): string;
}

/** The shape of a model of letters; it has heads of 8 channels. */
export interface Size {
  readonly layers: number;
  readonly channels: number;
  readonly context: number;
}

export interface WriteOptions {
  readonly chain: ChainSpec;
  readonly seed?: number;
  readonly maxTokens?: number;
}

export function lettersOf(text: string): Letters {
  const letters = [...new Set(text)].sort();
  const ids = new Map(letters.map((letter, id) => [letter, id]));
  return {
    size: letters.length,
    encode: (text) => Uint16Array.from(text, (letter) => ids.get(letter) as number),
    decode: (ids) => ids.map((id) => letters[id]).join(""),
  };
}

/**
 * A new model with weights drawn from seed 1, on the reference kernels: they sum in one order on every machine, so that
 * the document is the same wherever it is written.
 */
export async function newLearner({ size }: Letters, { layers, channels, context }: Size): Promise<Learner> {
  const shape = { nLayer: layers, nHead: channels / 8, nEmbd: channels, nInner: 4 * channels, nPositions: context };
  const config = { ...presetConfig("gpt2"), ...shape, vocabSize: size, bosTokenId: undefined, eosTokenId: undefined };
  const learner = createLearner(await randomModel("letters", config, createReferenceEngine(), 1));
  widen(learner);
  return learner;
}

const GPT2_CHANNELS = 768;

/** Scales matrices from GPT-2's width to this one: a sum over fewer channels needs larger weights for the same variance. */
function widen({ config, parameters, changed }: Learner): void {
  const factor = Math.sqrt(GPT2_CHANNELS / config.nEmbd);
  for (const { value } of parameters) {
    if (value.shape.length === 2)
      for (let i = 0; i < value.data.length; i++) value.data[i] = factor * (value.data[i] as number);
  }
  changed();
}

/** The number of a model's parameters. */
export const parameterCount = ({ parameters }: Learner): number =>
  parameters.reduce((sum, { value }) => sum + value.data.length, 0);

/** How the model continues `prompt`, up to the end of its context. */
export async function continued(
  model: Model,
  { encode, decode }: Letters,
  prompt: string,
  { chain, seed = 1, maxTokens }: WriteOptions,
): Promise<string> {
  const ids: number[] = [];
  const sample = createSampler(chain, { seed });
  for await (const { id } of generate(model, [...encode(prompt)], { sample, maxTokens })) ids.push(id);
  return decode(ids);
}
