/**
 * The operands of every activation, in the order of the pass: one entry for each, so that an activation without one
 * does not compile. t: position, c: channel, h: head, d: channel of a head, s: position of a key.
 */
import { type ActivationName, keyOf } from "@tsgpt/gpt";
import { attentionScale } from "@tsgpt/gpt/training";
import type { Tensor } from "@tsgpt/tensor";
import { headOperands, linearOperands } from "./matrix-operands.ts";
import { type NormalizedRow, normOperands } from "./norm-operands.ts";
import { fromActivation, fromParameter, type NumberSource, namedParameters } from "./number-source.ts";
import { type Formula, type Operand, operand } from "./opened-number.ts";

/** A formula and its operands; of a softmax also which of them is the number's own. */
export interface Opening {
  readonly formula: Formula;
  readonly operands: readonly Operand[];
  readonly own?: number;
}

type Index = readonly number[];
type Opener = (source: NumberSource, layer: number, index: Index) => Opening;

export const OPENERS: Readonly<Record<ActivationName, Opener>> = {
  embed: (source, _, [t, c]) => lookup(fromParameter(namedParameters(source.model).wte, source.ids[t!]!, c!)),
  posEmbed: (source, _, [t, c]) => lookup(fromParameter(namedParameters(source.model).wpe, t!, c!)),
  residPre: (source, layer, index) => {
    if (layer === 0) return sum(source, index, keyOf("embed", 0), keyOf("posEmbed", 0));
    return sum(source, index, keyOf("residMid", layer - 1), keyOf("mlpOut", layer - 1));
  },
  ln1: norm("ln1"),
  q: projection(0),
  k: projection(1),
  v: projection(2),
  scores,
  pattern,
  z: (source, layer, [t, h, d]) => {
    const operands = Array.from({ length: t! + 1 }, (_, s) =>
      operand(
        fromActivation(source, keyOf("pattern", layer), h!, t!, s),
        fromActivation(source, keyOf("v", layer), s, h!, d!),
      ),
    );
    return { formula: "values", operands };
  },
  attnOut: (source, layer, [t, c]) => {
    const { cProj } = block(source, layer).attn;
    return { formula: "linear", operands: linearOperands(row(source, keyOf("z", layer), t!), cProj, c!) };
  },
  residMid: (source, layer, index) => sum(source, index, keyOf("residPre", layer), keyOf("attnOut", layer)),
  ln2: norm("ln2"),
  mlpPre: (source, layer, [t, c]) => {
    const { cFc } = block(source, layer).mlp;
    return { formula: "linear", operands: linearOperands(row(source, keyOf("ln2", layer), t!), cFc, c!) };
  },
  mlpPost: (source, layer, index) => {
    return { formula: "activation", operands: [operand(fromActivation(source, keyOf("mlpPre", layer), ...index))] };
  },
  mlpOut: (source, layer, [t, c]) => {
    const { cProj } = block(source, layer).mlp;
    return { formula: "linear", operands: linearOperands(row(source, keyOf("mlpPost", layer), t!), cProj, c!) };
  },
  residPost: (source, layer, index) => sum(source, index, keyOf("residMid", layer), keyOf("mlpOut", layer)),
  lnFinal: norm("lnFinal"),
  logits: (source, layer, [t, id]) => {
    const head = namedParameters(source.model).lmHead;
    return { formula: "logit", operands: headOperands(row(source, keyOf("lnFinal", layer), t!), head, id!) };
  },
};

function lookup(factor: ReturnType<typeof fromParameter>): Opening {
  return { formula: "lookup", operands: [operand(factor)] };
}

function sum(source: NumberSource, index: Index, ...keys: readonly string[]): Opening {
  return { formula: "sum", operands: keys.map((key) => operand(fromActivation(source, key, ...index))) };
}

/** The columns of c_attn that are the queries, the keys or the values. */
function projection(part: number): Opener {
  return (source, layer, [t, h, d]) => {
    const { nEmbd, nHead } = source.model.config;
    const out = part * nEmbd + h! * (nEmbd / nHead) + d!;
    const { cAttn } = block(source, layer).attn;
    return { formula: "linear", operands: linearOperands(row(source, keyOf("ln1", layer), t!), cAttn, out) };
  };
}

function scores(source: NumberSource, layer: number, [h, t, s]: Index): Opening {
  if (s! > t!) return { formula: "masked", operands: [] };
  const { config } = source.model;
  const scale = { value: attentionScale(config, layer) };
  const operands = Array.from({ length: config.nEmbd / config.nHead }, (_, d) =>
    operand(
      fromActivation(source, keyOf("q", layer), t!, h!, d),
      fromActivation(source, keyOf("k", layer), s!, h!, d),
      scale,
    ),
  );
  return { formula: "score", operands };
}

/** exp(score - largest) of each key up to t; the largest is subtracted so that no exponential overflows. */
function pattern(source: NumberSource, layer: number, [h, t, s]: Index): Opening {
  if (s! > t!) return { formula: "masked", operands: [] };
  const row = Array.from({ length: t! + 1 }, (_, key) => fromActivation(source, keyOf("scores", layer), h!, t!, key));
  const largest = Math.max(...row.map(({ value }) => value));
  const operands = row.map((score) => operand({ ...score, value: Math.exp(score.value - largest), as: "exponential" }));
  return { formula: "softmax", operands, own: s! };
}

type NormName = "ln1" | "ln2" | "lnFinal";

function norm(name: NormName): Opener {
  return (source, layer, [t, c]) => {
    const { blocks, lnF } = namedParameters(source.model);
    const parameters = name === "lnFinal" ? lnF : blocks[layer]![name];
    return { formula: "norm", operands: normOperands(normalizedRow(source, name, layer, t!), parameters, c!) };
  };
}

/** The row of the residual stream that a layer norm reads. */
export function normalizedRow(source: NumberSource, name: NormName, layer: number, t: number): NormalizedRow {
  const { nLayer, layerNormEpsilon: epsilon } = source.model.config;
  const read = {
    ln1: keyOf("residPre", layer),
    ln2: keyOf("residMid", layer),
    lnFinal: keyOf("residPost", nLayer - 1),
  };
  const { mean, scale } = statisticsOf(keyOf(name, layer));
  return {
    ...row(source, read[name], t),
    epsilon,
    mean: { tensor: mean, index: [t, 0] },
    scale: { tensor: scale, index: [t, 0] },
  };
}

/** The names of a layer norm's mean and scale, [T, 1]; TransformerLens has the second. */
export function statisticsOf(normalized: string): { readonly mean: string; readonly scale: string } {
  const at = normalized.replace(/hook_normalized$/, "");
  return { mean: `${at}hook_mean`, scale: `${at}hook_scale` };
}

/** A row of an activation [T, C] or [T, H, D], and the names of its numbers. */
function row(source: NumberSource, key: string, t: number) {
  const activation: Tensor = source.activation(key);
  const [rows, ...rest] = activation.shape as [number, ...number[]];
  const width = activation.size / rows;
  const d = rest[1];
  const index = (c: number) => (d === undefined ? [t, c] : [t, Math.floor(c / d), c % d]);
  return {
    data: activation.data.subarray(t * width, (t + 1) * width),
    name: (c: number) => ({ tensor: key, index: index(c) }),
  };
}

function block({ model }: NumberSource, layer: number) {
  return namedParameters(model).blocks[layer]!;
}
