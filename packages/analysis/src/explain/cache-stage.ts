/** The stage of the KV cache: what it holds after the position, and the multiply-adds that it saves. */
import { cacheBytes, multiplyAddsPerToken } from "@tsgpt/gpt";
import { count, type Stage, type StageInput, type Table } from "./stage.ts";

/** Keys and values of every token so far. */
export function cacheStage(input: StageInput): Stage {
  const { config } = input.model;
  const { nLayer: l, nEmbd: c, nPositions } = config;
  const s = input.walkthrough.position + 1;
  const [now, full] = [cacheBytes(config, s), cacheBytes(config, nPositions)];
  return {
    name: "cache",
    title: "Old keys and values never change, so they are kept",
    formula: [
      `bytes = 2 x 4 L C S = 8 x ${l} x ${c} x ${s} = ${count(now)}    keys and values in f32`,
      "multiply-adds for token S: W + 2 L C S + V C    W = L (4 C^2 + 2 C nInner)",
      "without a cache, every token again: S W + L C S (S + 1) + V C",
    ],
    facts: [`At the full context of ${count(nPositions)} tokens the cache has ${count(full)} bytes.`],
    tables: [heldTable(input, s), costTable(input, s)],
  };
}

function heldTable({ model, walkthrough, room }: StageInput, s: number): Table {
  const { nHead: h, nEmbd: c, nLayer } = model.config;
  const shape = `[${h}, ${s}, ${c / h}]`;
  const limit = Math.max(4, room.lines - 16);
  const hidden = nLayer - limit;
  const shown = hidden > 1 ? walkthrough.layers.slice(0, limit) : walkthrough.layers;
  return {
    caption: `keys and values of ${s === 1 ? "1 token" : `${count(s)} tokens`}: [H, S, D] per layer`,
    columns: [
      { title: "layer", kind: "number" },
      { title: "keys", kind: "text" },
      { title: "values", kind: "text" },
      { title: "bytes", kind: "number" },
      { title: "|newest key|", kind: "number" },
      { title: "|newest value|", kind: "number" },
    ],
    rows: shown.map(({ key, value }, layer) => [
      `${layer}`,
      shape,
      shape,
      count(8 * c * s),
      key.toFixed(2),
      value.toFixed(2),
    ]),
    notes: hidden > 1 ? [`${hidden} more layers of the same size.`] : [],
  };
}

function costTable({ model: { config } }: StageInput, s: number): Table {
  const cost = (useCache: boolean) => multiplyAddsPerToken(config, s, useCache);
  const all = (useCache: boolean) =>
    Array.from({ length: s }, (_, i) => multiplyAddsPerToken(config, i + 1, useCache)).reduce((sum, n) => sum + n, 0);
  const row = (what: string, withCache: number, without: number) => [
    what,
    count(withCache),
    count(without),
    `${(without / withCache).toFixed(2)}`,
  ];
  return {
    caption: "multiply-adds",
    columns: [
      { title: "for", kind: "text" },
      { title: "with cache", kind: "number" },
      { title: "without", kind: "number" },
      { title: "times", kind: "number" },
    ],
    rows: [row(`token ${s} alone`, cost(true), cost(false)), row(`tokens 1 to ${s} in turn`, all(true), all(false))],
    notes: [],
  };
}
