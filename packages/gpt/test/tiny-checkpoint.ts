/** The tensors of a tiny GPT-2 checkpoint: names as transformers writes them, values that tell where they come from. */
import { memorySource } from "../src/checkpoint/byte-source.ts";
import { type Checkpoint, singleFileCheckpoint } from "../src/checkpoint/checkpoint.ts";
import { type TensorToWrite, writeSafetensors } from "../src/checkpoint/write-safetensors.ts";
import { type GPT2Config, parseConfig } from "../src/config/config.ts";

export const configKeys = { model_type: "gpt2", vocab_size: 7, n_positions: 5, n_embd: 4, n_layer: 2, n_head: 2 };

export const config: GPT2Config = parseConfig(JSON.stringify(configKeys));

const SHAPES: Record<string, number[]> = { "wte.weight": [7, 4], "wpe.weight": [5, 4] };
for (const layer of [0, 1]) {
  Object.assign(SHAPES, {
    [`h.${layer}.ln_1.weight`]: [4],
    [`h.${layer}.ln_1.bias`]: [4],
    [`h.${layer}.attn.c_attn.weight`]: [4, 12],
    [`h.${layer}.attn.c_attn.bias`]: [12],
    [`h.${layer}.attn.c_proj.weight`]: [4, 4],
    [`h.${layer}.attn.c_proj.bias`]: [4],
    [`h.${layer}.ln_2.weight`]: [4],
    [`h.${layer}.ln_2.bias`]: [4],
    [`h.${layer}.mlp.c_fc.weight`]: [4, 16],
    [`h.${layer}.mlp.c_fc.bias`]: [16],
    [`h.${layer}.mlp.c_proj.weight`]: [16, 4],
    [`h.${layer}.mlp.c_proj.bias`]: [4],
  });
}
Object.assign(SHAPES, { "ln_f.weight": [4], "ln_f.bias": [4] });

/** Element j of the i-th tensor is i + j / 1000. */
export function tinyTensors(prefix = ""): Map<string, TensorToWrite> {
  return new Map(Object.entries(SHAPES).map(([name, shape], i) => [`${prefix}${name}`, floats(shape, i)]));
}

export function floats(shape: readonly number[], first = 0): TensorToWrite {
  const size = shape.reduce((a, b) => a * b, 1);
  return { dtype: "F32", shape, data: Float32Array.from({ length: size }, (_, j) => first + j / 1000) };
}

export function fileBytes(tensors: Iterable<readonly [string, TensorToWrite]>): Uint8Array {
  return Uint8Array.from(writeSafetensors(tensors).flatMap((piece) => [...piece]));
}

export function checkpointOf(tensors: Iterable<readonly [string, TensorToWrite]>): Promise<Checkpoint> {
  return singleFileCheckpoint(memorySource("model.safetensors", fileBytes(tensors)));
}
