/** Writes config.json with transformers' keys. Settings that we do not have, such as dropout, keep its defaults. */
import type { FloatDtype } from "@tsgpt/tensor";
import type { GPT2Config } from "./config.ts";

const TORCH_DTYPES = { F32: "float32", F16: "float16", BF16: "bfloat16" } as const satisfies Record<FloatDtype, string>;

/** A config.json that both transformers' GPT2LMHeadModel and `parseConfig` read; `dtype` is that of the weights. */
export function configJson(config: GPT2Config, dtype: FloatDtype): string {
  const keys = {
    activation_function: config.activationFunction,
    architectures: ["GPT2LMHeadModel"],
    bos_token_id: config.bosTokenId ?? null,
    dtype: TORCH_DTYPES[dtype],
    eos_token_id: config.eosTokenId ?? null,
    layer_norm_epsilon: config.layerNormEpsilon,
    model_type: "gpt2",
    n_embd: config.nEmbd,
    n_head: config.nHead,
    n_inner: config.nInner === 4 * config.nEmbd ? null : config.nInner,
    n_layer: config.nLayer,
    n_positions: config.nPositions,
    reorder_and_upcast_attn: config.reorderAndUpcastAttn,
    scale_attn_by_inverse_layer_idx: config.scaleAttnByInverseLayerIdx,
    scale_attn_weights: config.scaleAttnWeights,
    tie_word_embeddings: config.tieWordEmbeddings,
    vocab_size: config.vocabSize,
  };
  return `${JSON.stringify(keys, null, 2)}\n`;
}
