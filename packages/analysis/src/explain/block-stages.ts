/** The stages inside the blocks: the attention of one head, and the residual stream from layer to layer. */
import type { GPT2Config } from "@tsgpt/gpt";
import {
  bars,
  type Column,
  type Picture,
  percent,
  type Stage,
  type StageInput,
  type Table,
  windowNote,
  windowOf,
} from "./stage.ts";
import type { Walkthrough } from "./walkthrough.ts";

/** The pattern of one head, as a heat map, and the weights of the position's row. */
export function attentionStage(input: StageInput): Stage {
  const { model, walkthrough, room } = input;
  const { layer, head } = walkthrough.attention;
  const { nEmbd: c, nHead: h } = model.config;
  return {
    name: "attention",
    title: `What head ${head} of layer ${layer} reads, from its own position and earlier ones`,
    formula: [
      `pattern[i, j] = softmax over j <= i of ${scaleOf(model.config, layer)}`,
      `z[i] = sum over j of pattern[i, j] v[j]    D = C / H = ${c} / ${h} = ${c / h}`,
    ],
    facts: [],
    ...(room.pictures && walkthrough.ids.length > room.tokens
      ? { picture: pictureOf(walkthrough), tables: [positionRow(input)] }
      : { tables: [heatMap(input), positionRow(input)] }),
  };
}

function pictureOf({ ids, position, attention: { pattern } }: Walkthrough): Picture {
  const last = ids.length - 1;
  const rows = `row i, from 0 at the top to ${last}, is the token that reads`;
  const caption = `heat map: ${rows}, column j the one that is read; row ${position} is framed`;
  return { caption, pattern, marked: position };
}

/** The score as the config scales it. */
function scaleOf({ scaleAttnWeights, scaleAttnByInverseLayerIdx }: GPT2Config, layer: number): string {
  const divisors = [...(scaleAttnWeights ? ["sqrt(D)"] : []), ...(scaleAttnByInverseLayerIdx ? [`${layer + 1}`] : [])];
  return ["q[i] . k[j]", ...divisors].join(" / ");
}

function heatMap({ walkthrough, show, room }: StageInput): Table {
  const { ids, position, attention } = walkthrough;
  const readers = windowOf(ids.length, position, Math.max(4, Math.min(room.tokens, room.lines - 14)));
  const { keys, notes } = columnsOf(walkthrough, readers.to, room.tokens);
  return {
    caption: "heat map: row i is the token that reads, column j the one that is read",
    columns: [
      { title: "i", kind: "number" },
      { title: "token", kind: "text" },
      ...keys.map((j): Column => ({ title: `${j}`, kind: "shade" })),
    ],
    rows: indices(readers).map((i) => {
      const weights = attention.pattern.row(i).data;
      return [`${i}`, show(ids[i]!), ...keys.map((j) => (j <= i ? weights[j] : undefined))];
    }),
    marked: position - readers.from,
    notes: [...windowNote(readers, ids.length, "Rows"), ...notes],
  };
}

/** All columns up to `to`, or as many as there is room for: those that the position reads most. */
function columnsOf({ ids, position, attention: { pattern } }: Walkthrough, to: number, room: number) {
  if (to <= room) {
    const read = { from: 0, to };
    return { keys: indices(read), notes: windowNote(read, ids.length, "Columns") };
  }
  const keys = byWeight(pattern.row(position).data, position).slice(0, room);
  const what = `Columns are the ${keys.length} of 0 to ${ids.length - 1} that row ${position} reads most.`;
  return { keys: keys.sort((a, b) => a - b), notes: [what] };
}

/** The keys 0 to `position`, those with the largest weights first. */
function byWeight(weights: Float32Array, position: number): number[] {
  return indices({ from: 0, to: position + 1 }).sort((a, b) => weights[b]! - weights[a]! || a - b);
}

function indices({ from, to }: { readonly from: number; readonly to: number }): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/** Keys that are listed; the others' weights are given as a sum. */
const MOST_READ = 40;

/** The keys that the position reads most. */
function positionRow({ walkthrough, show, room }: StageInput): Table {
  const { ids, position, attention } = walkthrough;
  const weights = attention.pattern.row(position).data;
  const order = byWeight(weights, position);
  const limit = Math.min(MOST_READ, Math.max(4, room.lines - 18));
  const shown = order.slice(0, limit);
  const rest = order.slice(limit);
  const lengths = bars(shown.map((j) => weights[j]!));
  const left = percent(rest.reduce((sum, j) => sum + weights[j]!, 0));
  return {
    caption: `row ${position}, token ${show(ids[position]!)}: what it reads most`,
    columns: [
      { title: "j", kind: "number" },
      { title: "token", kind: "text" },
      { title: "score", kind: "number" },
      { title: "pattern", kind: "number" },
      { title: "", kind: "bar" },
    ],
    rows: shown.map((j, i) => [
      `${j}`,
      show(ids[j]!),
      attention.scores.data[j]!.toFixed(3),
      percent(weights[j]!),
      lengths[i],
    ]),
    notes: rest.length > 0 ? [`${rest.length} more hold ${left}.`] : [],
  };
}

/** How long the residual stream is after each layer, and what attention and MLP have added. */
export function residualStage({ walkthrough, show }: StageInput): Stage {
  const { ids, position, layers } = walkthrough;
  const lengths = bars(layers.map(({ after }) => after));
  return {
    name: "residual",
    title: "Every layer reads the residual stream and adds to it",
    formula: ["x = x + attention(ln1(x))", "x = x + mlp(ln2(x))    |x| = sqrt(x[0]^2 + ... + x[C - 1]^2)"],
    facts: ["Norms do not add up: what is added may point elsewhere, or against x."],
    tables: [
      {
        caption: `norms at position ${position}, token ${show(ids[position]!)}`,
        columns: [
          { title: "layer", kind: "number" },
          { title: "|x| before", kind: "number" },
          { title: "|attention|", kind: "number" },
          { title: "|x| between", kind: "number" },
          { title: "|mlp|", kind: "number" },
          { title: "|x| after", kind: "number" },
          { title: "", kind: "bar" },
        ],
        rows: layers.map(({ before, attention, afterAttention, mlp, after }, l) => [
          `${l}`,
          ...[before, attention, afterAttention, mlp, after].map((norm) => norm.toFixed(2)),
          lengths[l],
        ]),
        notes: [],
      },
    ],
  };
}
