/**
 * The four published sizes of GPT-2, by their Hugging Face names.
 * Radford et al. 2019, table 2; the values are those of each repository's config.json. Shapes only, no weights.
 */
import { quote } from "../errors.ts";
import { type GPT2Config, parseConfig } from "./config.ts";

const SIZES = {
  gpt2: { n_layer: 12, n_head: 12, n_embd: 768 },
  "gpt2-medium": { n_layer: 24, n_head: 16, n_embd: 1024 },
  "gpt2-large": { n_layer: 36, n_head: 20, n_embd: 1280 },
  "gpt2-xl": { n_layer: 48, n_head: 25, n_embd: 1600 },
} as const;

/**
 * A published size of GPT-2.
 * @useDeclaredType
 */
export type PresetName = keyof typeof SIZES;

/** The names that `presetConfig` knows, smallest first. */
export const presetNames: readonly PresetName[] = Object.keys(SIZES) as PresetName[];

/**
 * The config of a published GPT-2 size. @throws RangeError for an unknown name
 * @see https://huggingface.co/openai-community/gpt2/blob/main/config.json
 */
export function presetConfig(name: PresetName): GPT2Config {
  if (!Object.hasOwn(SIZES, name)) {
    throw new RangeError(`presetConfig: name must be one of ${presetNames.join(", ")}, got ${quote(name)}`);
  }
  const keys = { model_type: "gpt2", ...SIZES[name], bos_token_id: 50256, eos_token_id: 50256 };
  return parseConfig(JSON.stringify(keys), name);
}
