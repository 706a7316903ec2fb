/**
 * config.json as public repositories have it: what is a GPT-2 is taken, what is not is refused by name. `seenIn` says where the text
 * was read, if not in the model's own repository; "as known" is from general knowledge of it, and only its shape is relied on.
 */
import { expect, test } from "vitest";
import { parseConfig } from "../src/config/config.ts";
import { presetConfig } from "../src/config/presets.ts";

/** What nearly every one of them has, and no forward pass reads. */
const USUAL = {
  activation_function: "gelu_new",
  architectures: ["GPT2LMHeadModel"],
  attn_pdrop: 0.1,
  bos_token_id: 50256,
  embd_pdrop: 0.1,
  eos_token_id: 50256,
  initializer_range: 0.02,
  layer_norm_epsilon: 1e-5,
  model_type: "gpt2",
  n_ctx: 1024,
  n_positions: 1024,
  resid_pdrop: 0.1,
  summary_activation: null,
  summary_first_dropout: 0.1,
  summary_proj_to_labels: true,
  summary_type: "cls_index",
  summary_use_proj: true,
  task_specific_params: { "text-generation": { do_sample: true, max_length: 50 } },
  vocab_size: 50257,
};
const LATER = { reorder_and_upcast_attn: false, scale_attn_by_inverse_layer_idx: false, scale_attn_weights: true };

interface WildConfig {
  readonly model: string;
  readonly seenIn: string;
  readonly keys: Record<string, unknown>;
  /** Of the config that is read. */
  readonly expected: Record<string, unknown>;
}

const taken: WildConfig[] = [
  {
    model: "openai-community/gpt2",
    seenIn: "huggingface/huggingface.js, a test of the hub client",
    keys: { ...USUAL, n_embd: 768, n_head: 12, n_layer: 12 },
    expected: presetConfig("gpt2") as never,
  },
  {
    model: "openai-community/gpt2-medium",
    seenIn: "a printed config, transformers 4.12.5",
    keys: {
      ...USUAL,
      ...LATER,
      _name_or_path: "gpt2-medium",
      n_embd: 1024,
      n_head: 16,
      n_inner: null,
      n_layer: 24,
      n_special: 0,
      predict_special_tokens: true,
      transformers_version: "4.12.5",
    },
    expected: presetConfig("gpt2-medium") as never,
  },
  {
    model: "openai-community/gpt2-large",
    seenIn: "as known",
    keys: { ...USUAL, n_embd: 1280, n_head: 20, n_layer: 36, torch_dtype: "float32" },
    expected: presetConfig("gpt2-large") as never,
  },
  {
    model: "openai-community/gpt2-xl",
    seenIn: "a printed config, transformers 4.28.1",
    keys: {
      ...USUAL,
      ...LATER,
      n_embd: 1600,
      n_head: 25,
      n_inner: null,
      n_layer: 48,
      output_past: true,
      use_cache: true,
    },
    expected: presetConfig("gpt2-xl") as never,
  },
  {
    model: "distilbert/distilgpt2",
    seenIn: "a printed config, transformers 4.5",
    keys: {
      ...USUAL,
      _num_labels: 1,
      gradient_checkpointing: false,
      id2label: { "0": "LABEL_0" },
      label2id: { LABEL_0: 0 },
      n_embd: 768,
      n_head: 12,
      n_inner: null,
      n_layer: 6,
    },
    expected: { nLayer: 6, nEmbd: 768, nInner: 3072 },
  },
  {
    model: "microsoft/DialoGPT-small, of its first release",
    seenIn: "a listing of its folder",
    keys: {
      initializer_range: 0.02,
      layer_norm_epsilon: 1e-5,
      n_ctx: 1024,
      n_embd: 768,
      n_head: 12,
      n_layer: 12,
      n_positions: 1024,
      vocab_size: 50257,
    },
    expected: { nLayer: 12, nEmbd: 768, activationFunction: "gelu_new", eosTokenId: undefined },
  },
  {
    model: "microsoft/DialoGPT-medium",
    seenIn: "as known",
    keys: {
      ...USUAL,
      n_embd: 1024,
      n_head: 16,
      n_layer: 24,
      task_specific_params: { conversational: { max_length: 1000 } },
    },
    expected: presetConfig("gpt2-medium") as never,
  },
  {
    model: "microsoft/DialoGPT-large",
    seenIn: "as known",
    keys: {
      ...USUAL,
      n_embd: 1280,
      n_head: 20,
      n_layer: 36,
      task_specific_params: { conversational: { max_length: 1000 } },
    },
    expected: presetConfig("gpt2-large") as never,
  },
  {
    model: "rinna/japanese-gpt2-medium",
    seenIn: "a printed config, transformers 4.9.2",
    keys: {
      ...USUAL,
      bos_token_id: 1,
      eos_token_id: 2,
      n_embd: 1024,
      n_head: 16,
      n_inner: 4096,
      n_layer: 24,
      scale_attn_weights: true,
      vocab_size: 32000,
    },
    expected: { vocabSize: 32000, nInner: 4096, bosTokenId: 1, eosTokenId: 2 },
  },
  {
    model: "stanford-crfm/BioMedLM",
    seenIn: "pleyad/medi-magma, log_model.md",
    keys: {
      ...USUAL,
      ...LATER,
      bos_token_id: 28895,
      eos_token_id: 28895,
      pad_token_id: 28895,
      n_embd: 2560,
      n_head: 20,
      n_inner: null,
      n_layer: 32,
      scale_attn_by_inverse_layer_idx: true,
      torch_dtype: "float32",
      use_cache: false,
      vocab_size: 28896,
    },
    expected: { nEmbd: 2560, scaleAttnByInverseLayerIdx: true, vocabSize: 28896 },
  },
  {
    model: "cerebras/Cerebras-GPT-111M",
    seenIn: "as known; sizes as in huplay/open-all-gpt",
    keys: {
      ...USUAL,
      ...LATER,
      activation_function: "gelu",
      n_embd: 768,
      n_head: 12,
      n_inner: 3072,
      n_layer: 10,
      n_positions: 2048,
    },
    expected: { nLayer: 10, nPositions: 2048, activationFunction: "gelu" },
  },
  {
    model: "sshleifer/tiny-gpt2",
    seenIn: "as known",
    keys: { ...USUAL, n_embd: 2, n_head: 2, n_layer: 2 },
    expected: { nEmbd: 2, nHead: 2, nInner: 8 },
  },
  {
    model: "dbmdz/german-gpt2",
    seenIn: "as known",
    keys: {
      ...USUAL,
      gradient_checkpointing: false,
      n_embd: 768,
      n_head: 12,
      n_inner: null,
      n_layer: 12,
      vocab_size: 50265,
    },
    expected: { vocabSize: 50265 },
  },
];

test.each(taken)("$model ($seenIn) is taken", ({ keys, expected }) => {
  expect(parseConfig(JSON.stringify(keys))).toMatchObject(expected);
});

test.each([
  [
    "EleutherAI/gpt-neo-125m",
    { model_type: "gpt_neo", attention_types: [[["global", "local"], 6]], hidden_size: 768 },
    '"model_type" is "gpt_neo"',
  ],
  [
    "bigcode/tiny_starcoder_py",
    { model_type: "gpt_bigcode", n_embd: 768, n_head: 12, multi_query: true },
    '"model_type" is "gpt_bigcode"',
  ],
  [
    "bigcode/santacoder, which calls itself gpt2",
    {
      ...USUAL,
      attention_head_type: "multiquery",
      auto_map: { AutoModelForCausalLM: "modeling_gpt2_mq.GPT2LMHeadCustomModel" },
      n_embd: 2048,
      n_head: 16,
    },
    '"attention_head_type" is "multiquery"',
  ],
  [
    "the decoder of nlpconnect/vit-gpt2-image-captioning",
    { ...USUAL, add_cross_attention: true, is_decoder: true },
    '"add_cross_attention" is true',
  ],
  [
    "nlpconnect/vit-gpt2-image-captioning",
    { model_type: "vision-encoder-decoder", is_encoder_decoder: true },
    '"model_type" is',
  ],
  [
    "a GPT-2 in four bits by bitsandbytes",
    { ...USUAL, quantization_config: { load_in_4bit: true, quant_method: "bitsandbytes" } },
    '"quantization_config" is',
  ],
  ["microsoft/biogpt", { model_type: "biogpt", hidden_size: 1024 }, '"model_type" is "biogpt"'],
  [
    "openai-community/openai-gpt",
    { model_type: "openai-gpt", n_embd: 768, afn: "gelu" },
    '"model_type" is "openai-gpt"',
  ],
  [
    "openai/imagegpt-small",
    { model_type: "imagegpt", n_embd: 512, activation_function: "quick_gelu" },
    '"model_type" is "imagegpt"',
  ],
  ["EleutherAI/gpt-j-6b", { model_type: "gptj", rotary_dim: 64, n_embd: 4096 }, '"model_type" is "gptj"'],
  [
    "a GPT-2 with another activation",
    { ...USUAL, activation_function: "gelu_fast" },
    '"activation_function" must be one of',
  ],
])("%s is refused by name", (_, keys, message) => {
  expect(() => parseConfig(JSON.stringify(keys))).toThrow(message);
});
