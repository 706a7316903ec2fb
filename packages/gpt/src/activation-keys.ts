/**
 * The keys of activations: TransformerLens's names, by ours. A key that does not exist is refused with the nearest one.
 */
import { nearest } from "@tsgpt/numeric";
import { quote } from "./errors.ts";

/** The keys of one block's activations, by our names; cached per layer. */
export interface BlockKeys {
  readonly residPre: string; // [T, C]
  readonly ln1: string; // [T, C]
  readonly q: string; // [T, H, D], as k, v and z
  readonly k: string;
  readonly v: string;
  readonly scores: string; // [H, T, S]
  readonly pattern: string; // [H, T, S]
  readonly z: string;
  readonly attnOut: string; // [T, C]
  readonly residMid: string; // [T, C]
  readonly ln2: string; // [T, C]
  readonly mlpPre: string; // [T, 4C]
  readonly mlpPost: string; // [T, 4C]
  readonly mlpOut: string; // [T, C]
  readonly residPost: string; // [T, C]
}

const keysByLayer: BlockKeys[] = [];

export function blockKeys(layer: number): BlockKeys {
  keysByLayer[layer] ??= makeBlockKeys(`blocks.${layer}`);
  return keysByLayer[layer];
}

/** The keys of the activations outside the blocks. */
const outerKeys = {
  embed: "hook_embed", // [T, C]
  posEmbed: "hook_pos_embed", // [T, C]
  lnFinal: "ln_final.hook_normalized", // [T, C]
  logits: "logits", // [T, V]
} as const;

/**
 * Our names for activations; `keyOf` gives TransformerLens's key.
 * @useDeclaredType
 */
export type ActivationName = keyof BlockKeys | keyof typeof outerKeys;

/** The key of an activation; `layer` matters only inside a block. */
export function keyOf(name: ActivationName, layer: number): string {
  return name in outerKeys ? outerKeys[name as keyof typeof outerKeys] : blockKeys(layer)[name as keyof BlockKeys];
}

function makeBlockKeys(name: string): BlockKeys {
  return {
    residPre: `${name}.hook_resid_pre`,
    ln1: `${name}.ln1.hook_normalized`,
    q: `${name}.attn.hook_q`,
    k: `${name}.attn.hook_k`,
    v: `${name}.attn.hook_v`,
    scores: `${name}.attn.hook_attn_scores`,
    pattern: `${name}.attn.hook_pattern`,
    z: `${name}.attn.hook_z`,
    attnOut: `${name}.hook_attn_out`,
    residMid: `${name}.hook_resid_mid`,
    ln2: `${name}.ln2.hook_normalized`,
    mlpPre: `${name}.mlp.hook_pre`,
    mlpPost: `${name}.mlp.hook_post`,
    mlpOut: `${name}.hook_mlp_out`,
    residPost: `${name}.hook_resid_post`,
  };
}

/** Every key of a model of `layers` blocks, in the order of the pass. */
export function activationKeys(layers: number): string[] {
  const blocks = Array.from({ length: layers }, (_, layer) => Object.values(blockKeys(layer)) as string[]);
  const { embed, posEmbed, lnFinal, logits } = outerKeys;
  return [embed, posEmbed, ...blocks.flat(), lnFinal, logits];
}

/** @throws RangeError for a key that a model of `layers` blocks does not have; `by` begins the message */
export function checkActivationKey(layers: number, key: string, by: string): void {
  const known = activationKeys(layers);
  if (known.includes(key)) return;
  const meant = meantKey(key, known, layers);
  const hint = meant === undefined ? `keys are such as "${known[2]}"` : `did you mean "${meant}"?`;
  throw new RangeError(`${by}: no activation is called ${quote(key)} in a model of layers 0 to ${layers - 1}; ${hint}`);
}

/** The same key of the last layer, the first that ends in the name, the nearest, or else the first that begins so. */
function meantKey(key: string, known: readonly string[], layers: number): string | undefined {
  const inLastLayer = key.replace(/^blocks\.\d+\./, `blocks.${layers - 1}.`);
  const likely = known.find((one) => one === inLastLayer) ?? known.find((one) => one.endsWith(`.${key}`));
  return likely ?? nearest(key, known) ?? known.find((one) => key !== "" && one.startsWith(key));
}
