/**
 * The names of a model's files in the Hugging Face layout. Those of a tokenizer without tokenizer.json:
 * tokenizer/tokenizer-files.ts.
 */
export const FILE_NAMES = {
  config: "config.json",
  /** Not every model has one. */
  generationConfig: "generation_config.json",
  /** Weights in one file. */
  weights: "model.safetensors",
  /** Weights in shards. */
  index: "model.safetensors.index.json",
  tokenizer: "tokenizer.json",
} as const;
