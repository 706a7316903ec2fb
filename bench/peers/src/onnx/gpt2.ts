/**
 * A model as an ONNX graph with past keys and values, as GPT-2 is exported for onnxruntime: the same weights, the same
 * function, standard operators, and the head at the last position alone.
 * ids [1, T], past_key_l and past_value_l [1, H, P, D] -> logits [1, 1, V], present_key_l and present_value_l [1, H, S, D]
 */
import type { BlockParameters, GPT2Config, LayerNormParameters, LinearParameters, Model } from "@tsgpt/gpt";
import type { Weight } from "@tsgpt/tensor";
import { createGraph, type Graph, type Value } from "./graph.ts";
import type { Encoded } from "./protobuf.ts";

/** What every part of the graph shares. */
interface Pass {
  readonly graph: Graph;
  readonly config: GPT2Config;
  /** [T], P and on. */
  readonly positions: Value;
  /** [T, S]: 0 where a token may look, the lowest number where it may not. */
  readonly mask: Value;
}

const LOWEST = -(2 - 2 ** -23) * 2 ** 127; // of float32

/** The names of layer l's cache, in and out. */
export function cacheNames(layer: number) {
  return {
    past: [`past_key_${layer}`, `past_value_${layer}`],
    present: [`present_key_${layer}`, `present_value_${layer}`],
  } as const;
}

/** The file. It holds views of the engine's weights where those are row-major, copies where they are packed. */
export function gpt2Onnx({ name, config, parameters }: Model): Encoded {
  const graph = createGraph(name);
  declareValues(graph, config);
  const pass = preparePass(graph, config);
  const wte = weight(graph, "wte", parameters.wte);
  let residual = embed(pass, wte, weight(graph, "wpe", parameters.wpe)); // [T, C]
  parameters.blocks.forEach((block, layer) => {
    residual = addBlock(pass, residual, block, layer); // [T, C]
  });
  const last = graph.node("Gather", [residual, integers(graph, "last", [-1])], { axis: 0 }); // [1, C]
  const normalized = layerNorm(pass, last, parameters.lnF, "lnF");
  const head = parameters.lmHead === parameters.wte ? wte : weight(graph, "lmHead", parameters.lmHead);
  const logits = graph.node("Gemm", [normalized, head], { transB: 1 }); // [1, V]
  graph.node("Unsqueeze", [logits, integers(graph, "first", [0])], {}, "logits"); // [1, 1, V]
  return graph.encode();
}

function declareValues(graph: Graph, { nLayer, nHead, nEmbd, vocabSize }: GPT2Config): void {
  graph.input("ids", "int64", [1, "T"]);
  graph.output("logits", "float32", [1, 1, vocabSize]);
  for (let layer = 0; layer < nLayer; layer++) {
    const { past, present } = cacheNames(layer);
    for (const name of past) graph.input(name, "float32", [1, nHead, "P", nEmbd / nHead]);
    for (const name of present) graph.output(name, "float32", [1, nHead, "S", nEmbd / nHead]);
  }
}

/** Positions and the mask, from the sizes of the inputs. */
function preparePass(graph: Graph, config: GPT2Config): Pass {
  const size = (of: Value, axis: number) => {
    const shape = graph.node("Shape", [of]);
    return graph.node("Gather", [shape, integer(graph, `axis ${axis} of ${of}`, axis)], { axis: 0 });
  };
  const zero = integer(graph, "0", 0);
  const one = integer(graph, "1", 1);
  const past = size("past_key_0", 2); // P
  const all = graph.node("Add", [past, size("ids", 1)]); // S
  const positions = graph.node("Range", [past, all, one]); // [T]
  const keys = graph.node("Range", [zero, all, one]); // [S]
  const rows = graph.node("Unsqueeze", [positions, integers(graph, "second", [1])]); // [T, 1]
  const visible = graph.node("LessOrEqual", [keys, rows]); // [T, S]
  const seen = scalar(graph, "seen", 0);
  return { graph, config, positions, mask: graph.node("Where", [visible, seen, scalar(graph, "unseen", LOWEST)]) };
}

function embed({ graph, positions }: Pass, wte: Value, wpe: Value): Value {
  const ids = graph.node("Reshape", ["ids", integers(graph, "flat", [-1])]); // [T]
  return graph.node("Add", [graph.node("Gather", [wte, ids]), graph.node("Gather", [wpe, positions])]); // [T, C]
}

/** Attention, then the MLP, each reading a normalized copy of the residual stream and adding to it. [T, C] -> [T, C] */
function addBlock(pass: Pass, residual: Value, { ln1, attn, ln2, mlp }: BlockParameters, layer: number): Value {
  const { graph } = pass;
  const at = (part: string) => `h.${layer}.${part}`;
  const qkv = linear(pass, layerNorm(pass, residual, ln1, at("ln1")), attn.cAttn, at("attn.cAttn")); // [T, 3C]
  const attnOut = linear(pass, attention(pass, qkv, layer), attn.cProj, at("attn.cProj")); // [T, C]
  const residMid = graph.node("Add", [residual, attnOut]); // [T, C]
  const pre = linear(pass, layerNorm(pass, residMid, ln2, at("ln2")), mlp.cFc, at("mlp.cFc")); // [T, nInner]
  const mlpOut = linear(pass, activate(pass, pre), mlp.cProj, at("mlp.cProj")); // [T, C]
  return graph.node("Add", [residMid, mlpOut]);
}

/** Causal attention over past and new keys. [T, 3C] -> [T, C] */
function attention({ graph, config, mask }: Pass, qkv: Value, layer: number): Value {
  const { nHead, nEmbd } = config;
  const { past, present } = cacheNames(layer);
  const parts = graph.nodes("Split", [qkv], { axis: 1, num_outputs: 3 }, 3); // [T, C] each
  const apart = integers(graph, `h.${layer}.apart`, [1, -1, nHead, nEmbd / nHead]);
  const [q, k, v] = parts.map((part) => {
    return graph.node("Transpose", [graph.node("Reshape", [part, apart])], { perm: [0, 2, 1, 3] }); // [1, H, T, D]
  }) as [Value, Value, Value];
  const keys = graph.node("Concat", [past[0], k], { axis: 2 }, present[0]); // [1, H, S, D]
  const values = graph.node("Concat", [past[1], v], { axis: 2 }, present[1]); // [1, H, S, D]
  const scaled = graph.node("Mul", [q, scalar(graph, `h.${layer}.scale`, attentionScale(config, layer))]);
  const turned = graph.node("Transpose", [keys], { perm: [0, 1, 3, 2] }); // [1, H, D, S]
  const scores = graph.node("Add", [graph.node("MatMul", [scaled, turned]), mask]); // [1, H, T, S]
  const pattern = graph.node("Softmax", [scores], { axis: 3 }); // [1, H, T, S]
  const z = graph.node("Transpose", [graph.node("MatMul", [pattern, values])], { perm: [0, 2, 1, 3] }); // [1, T, H, D]
  return graph.node("Reshape", [z, integers(graph, `h.${layer}.together`, [-1, nEmbd])]); // [T, C]
}

function attentionScale({ nEmbd, nHead, scaleAttnWeights, scaleAttnByInverseLayerIdx }: GPT2Config, layer: number) {
  const scale = scaleAttnWeights ? 1 / Math.sqrt(nEmbd / nHead) : 1;
  return scaleAttnByInverseLayerIdx ? scale / (layer + 1) : scale;
}

function activate({ graph, config }: Pass, x: Value): Value {
  if (config.activationFunction === "relu") return graph.node("Relu", [x]);
  return graph.node("Gelu", [x], { approximate: config.activationFunction === "gelu" ? "none" : "tanh" });
}

function layerNorm({ graph, config }: Pass, x: Value, { weight, bias }: LayerNormParameters, name: string): Value {
  const inputs = [x, vector(graph, `${name}.weight`, weight.data), vector(graph, `${name}.bias`, bias.data)];
  return graph.node("LayerNormalization", inputs, { epsilon: { float: config.layerNormEpsilon } });
}

function linear({ graph }: Pass, x: Value, parameters: LinearParameters, name: string): Value {
  const bias = vector(graph, `${name}.bias`, parameters.bias.data);
  return graph.node("Gemm", [x, weight(graph, `${name}.weight`, parameters.weight), bias]);
}

function weight(graph: Graph, name: string, stored: Weight): Value {
  const { data, shape } = stored.toTensor();
  return graph.constant(name, data, shape);
}

function vector(graph: Graph, name: string, data: Float32Array): Value {
  return graph.constant(name, data, [data.length]);
}

function scalar(graph: Graph, name: string, value: number): Value {
  return graph.constant(name, Float32Array.of(value), []);
}

function integer(graph: Graph, name: string, value: number): Value {
  return graph.constant(name, BigInt64Array.of(BigInt(value)), []);
}

function integers(graph: Graph, name: string, values: readonly number[]): Value {
  return graph.constant(name, BigInt64Array.from(values, BigInt), [values.length]);
}
