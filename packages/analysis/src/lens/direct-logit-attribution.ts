/**
 * Direct logit attribution (Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits"): a logit as the
 * sum of what each part of the model has written into the residual stream. The final layer norm is linear once its mean
 * and deviation are frozen at this pass's: a part p then adds p . d, where d = (g - mean(g)) / sigma and
 * g = lnF.weight * lmHead[target]. Sums are float64. Indirect effects, of one part on later ones, are not in it.
 * An int8 head or projection rounds the row that it multiplies; the rounding is frozen, too, as a factor per channel.
 */
import { type BlockParameters, keyOf, type Model } from "@tsgpt/gpt";
import { argmax, checkOptions } from "@tsgpt/numeric";
import { asMultiplied, layerNorm, onHeap, type Tensor } from "@tsgpt/tensor";
import type { Activations } from "../patch/activations.ts";
import { activationRow, checkTarget, type Place, placeChecks } from "./activation-row.ts";
import { headLogits } from "./logit-lens.ts";

/** The parts of a logit; all of them sum to `logit`. */
export interface Attribution {
  readonly target: number;
  readonly logit: number;
  /** The bias of the final layer norm through the head. */
  readonly constant: number;
  readonly token: number;
  readonly positionEmbedding: number;
  /** The bias of each layer's output projection. [L] */
  readonly attentionBias: readonly number[];
  /** z_h W_O of each head. [L][H] */
  readonly heads: readonly (readonly number[])[];
  /** Their biases included. [L] */
  readonly mlps: readonly number[];
}

/** The activations that `directLogitAttribution` reads. */
export function attributionHooks(layers: number): string[] {
  const blocks = Array.from({ length: layers }, (_, layer) => [keyOf("z", layer), keyOf("mlpOut", layer)]);
  return ["hook_embed", "hook_pos_embed", ...blocks.flat(), lastResidual(layers)];
}

const lastResidual = (layers: number): string => keyOf("residPost", layers - 1);

/**
 * The parts of a token's logit at one position, from recorded activations: no second pass. The default target is the
 * likeliest token.
 * @throws RangeError for an invalid option, a missing activation, or a position or target out of range
 * @example directLogitAttribution(model, activations, { target: 262 })
 */
export function directLogitAttribution(model: Model, activations: Activations, options: Place = {}): Attribution {
  checkOptions("directLogitAttribution", options, placeChecks);
  const { position, target } = options;
  const { config, parameters } = model;
  const at = (key: string) => activationRow(activations, key, position, "directLogitAttribution");
  const residual = at(lastResidual(config.nLayer)); // [1, C]
  const chosen = target ?? argmax(headLogits(model, residual).data);
  checkTarget(model, chosen, "directLogitAttribution");
  const { direction, constant } = frozenHead(model, residual, chosen);
  const layers = parameters.blocks.map((block, layer) => {
    const mlp = dot(at(keyOf("mlpOut", layer)).data, direction);
    return { ...ofAttention(at(keyOf("z", layer)), block, direction), mlp };
  });
  return {
    target: chosen,
    logit: dot(residual.data, direction) + constant,
    constant,
    token: dot(at("hook_embed").data, direction),
    positionEmbedding: dot(at("hook_pos_embed").data, direction),
    attentionBias: layers.map(({ bias }) => bias),
    heads: layers.map(({ heads }) => heads),
    mlps: layers.map(({ mlp }) => mlp),
  };
}

/** The final layer norm and the head as one linear function of the residual: residual . direction + constant. */
interface FrozenHead {
  /** d, [C] */
  readonly direction: Float64Array;
  readonly constant: number;
}

function frozenHead({ config, parameters, engine }: Model, residual: Tensor, target: number): FrozenHead {
  const { lnF, lmHead } = parameters;
  const normalized = layerNorm(residual, lnF, config.layerNormEpsilon, onHeap(engine)); // [1, C]
  const read = asMultiplied(normalized, lmHead).data;
  const weights = Float64Array.from(lmHead.row(target).data, (weight, c) => {
    const given = normalized.data[c] as number;
    return given === 0 ? weight : weight * ((read[c] as number) / given);
  });
  const g = weights.map((weight, c) => weight * (lnF.weight.data[c] as number));
  const [mean, sigma] = [meanOf(g), deviationOf(residual.data, config.layerNormEpsilon)];
  return { direction: g.map((value) => (value - mean) / sigma), constant: dot(lnF.bias.data, weights) };
}

/** z_h W_O . d of each head, and the bias of the output projection. z: [1, H, D] */
function ofAttention(z: Tensor, { attn: { cProj } }: BlockParameters, direction: Float64Array) {
  const [, h, d] = z.shape as [number, number, number];
  const c = direction.length;
  const read = asMultiplied(z.reshape([1, c]), cProj.weight).data; // [C]
  const weight = cProj.weight.toTensor();
  const written = Float64Array.from(read, (value, i) => value * dot(weight.row(i).data, direction));
  const heads = Array.from({ length: h }, (_, head) => sumOf(written.subarray(head * d, (head + 1) * d)));
  return { heads, bias: dot(cProj.bias.data, direction) };
}

function dot(a: Float32Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < b.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);
const meanOf = (values: Float64Array): number => sumOf(values) / values.length;

/** sqrt(variance + epsilon), as the layer norm divides by. */
function deviationOf(row: Float32Array, epsilon: number): number {
  const values = Float64Array.from(row);
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)) + epsilon);
}
