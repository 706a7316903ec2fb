/** A tiny model with seeded random parameters, every one of them non-trivial, made in memory. */
import { referenceEngine, Tensor } from "@tsgpt/tensor";
import type { Parameters } from "../src/checkpoint/parameters.ts";
import type { GPT2Config } from "../src/config/config.ts";
import type { Model } from "../src/model.ts";
import type { Tokenizer } from "../src/tokenizer/tokenizer.ts";

export const tinyConfig: GPT2Config = {
  vocabSize: 61,
  nPositions: 24,
  nEmbd: 12,
  nLayer: 3,
  nHead: 3,
  nInner: 48,
  layerNormEpsilon: 1e-5,
  activationFunction: "gelu_new",
  scaleAttnWeights: true,
  scaleAttnByInverseLayerIdx: false,
  reorderAndUpcastAttn: false,
  tieWordEmbeddings: true,
  bosTokenId: undefined,
  eosTokenId: undefined,
};

export function tinyModel(changes: Partial<GPT2Config> = {}, tokenizer?: Tokenizer): Model {
  const config = { ...tinyConfig, ...changes };
  const { nEmbd: c, nInner, vocabSize, nPositions, nLayer } = config;
  const random = normalNumbers(7);
  const tensor = (shape: number[], mean = 0, deviation = 0.3): Tensor => {
    const out = Tensor.zeros(shape);
    for (let i = 0; i < out.size; i++) out.data[i] = mean + deviation * random();
    return out;
  };
  const norm = () => ({ weight: tensor([c], 1), bias: tensor([c]) });
  const linear = (rows: number, columns: number) => ({ weight: tensor([rows, columns]), bias: tensor([columns]) });
  const wte = tensor([vocabSize, c], 0, 0.6);
  const parameters: Parameters = {
    wte,
    wpe: tensor([nPositions, c]),
    blocks: Array.from({ length: nLayer }, () => ({
      ln1: norm(),
      attn: { cAttn: linear(c, 3 * c), cProj: linear(c, c) },
      ln2: norm(),
      mlp: { cFc: linear(c, nInner), cProj: linear(nInner, c) },
    })),
    lnF: norm(),
    lmHead: wte,
  };
  return { name: "tiny", config, parameters, engine: referenceEngine, tokenizer };
}

/** A tokenizer whose tokens are single characters: id i is the i-th character of `characters`. */
export function characterTokenizer(characters: string): Tokenizer {
  return {
    vocabSize: characters.length,
    encode: (text: string) => [...text].map((character) => characters.indexOf(character)),
    decode: (ids: readonly number[]) => ids.map((id) => characters[id]).join(""),
    tokenText: (id: number) => characters[id] as string,
    streamingDecoder: () => ({ push: (id: number) => characters[id] as string, end: () => "" }),
  } as Tokenizer;
}

/** Normally distributed numbers: a sum of twelve uniform ones from a 32-bit linear congruential generator. */
function normalNumbers(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return () => Array.from({ length: 12 }, uniform).reduce((sum, u) => sum + u, -6);
}
