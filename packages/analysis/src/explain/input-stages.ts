/** The stages before the blocks: the text as tokens, and their embeddings. */
import { bars, count, type Stage, type StageInput, type Table, windowNote, windowOf } from "./stage.ts";

/** The text as ids. */
export function tokensStage({ model, text, walkthrough, show, room }: StageInput): Stage {
  const { ids, position } = walkthrough;
  const { config, tokenizer } = model;
  const shown = windowOf(ids.length, position, Math.max(4, room.lines - 8));
  const bytes = (id: number) => tokenizer?.tokenBytes(id)?.length;
  const rows = ids.slice(shown.from, shown.to).map((id, i) => {
    const length = bytes(id);
    return [`${shown.from + i}`, show(id), `${id}`, length === undefined ? undefined : `${length}`];
  });
  return {
    name: "tokens",
    title: "The text as ids, which is all that the model reads",
    formula: [`ids = encode(text)    T = ${ids.length}, at most ${config.nPositions}; V = ${count(config.vocabSize)}`],
    facts: [
      ...described(text, ids, bytes),
      `Explained below: position ${position}, the token ${show(ids[position]!)}.`,
    ],
    tables: [
      {
        caption: "the tokens",
        columns: [
          { title: "position", kind: "number" },
          { title: "token", kind: "text" },
          { title: "id", kind: "number" },
          { title: "bytes", kind: "number" },
        ],
        rows,
        marked: position - shown.from,
        notes: windowNote(shown, ids.length),
      },
    ],
  };
}

function described(
  text: string | undefined,
  ids: readonly number[],
  bytes: (id: number) => number | undefined,
): string[] {
  if (text === undefined) return [];
  if (text === "") return ["The prompt is empty: the model starts from its own begin- or end-of-text token."];
  const all = ids.reduce((sum, id) => sum + (bytes(id) ?? 0), 0);
  const each = (all / ids.length).toFixed(2);
  return [`${count([...text].length)} characters, ${count(all)} bytes of UTF-8: ${each} bytes per token.`];
}

/** Components of a vector that are printed. */
const SHOWN = 6;

/** Token and position embedding, and their sum. */
export function embeddingsStage(input: StageInput): Stage {
  const { vocabSize: v, nEmbd: c, nPositions } = input.model.config;
  return {
    name: "embeddings",
    title: "Each id becomes a row of C numbers",
    formula: [
      "x[t] = wte[ids[t]] + wpe[t]",
      `wte [V, C] = [${count(v)}, ${c}], wpe [nPositions, C] = [${count(nPositions)}, ${c}]`,
    ],
    facts: [],
    tables: [vectorTable(input), normTable(input)],
  };
}

/** The embeddings of the position. */
function vectorTable({ model, walkthrough, show }: StageInput): Table {
  const { ids, position, embedding, embeddingNorms } = walkthrough;
  const c = model.config.nEmbd;
  const components = Math.min(SHOWN, c);
  const vector = (name: string, { data }: { readonly data: Float32Array }, norm: number) => [
    name,
    norm.toFixed(3),
    ...Array.from(data.subarray(0, components), (value) => value.toFixed(3)),
  ];
  return {
    caption: `position ${position}, token ${show(ids[position]!)}: norm, and ${components} of ${c} numbers`,
    columns: [
      { title: "row", kind: "text" },
      { title: "norm", kind: "number" },
      ...Array.from({ length: components }, (_, i) => ({ title: `[${i}]`, kind: "number" }) as const),
    ],
    rows: [
      vector(`wte[${ids[position]}]`, embedding.token, embeddingNorms.token[position]!),
      vector(`wpe[${position}]`, embedding.position, embeddingNorms.position[position]!),
      vector(`x[${position}]`, embedding.sum, embeddingNorms.sum[position]!),
    ],
    notes: [],
  };
}

/** The norms of each token's embeddings. */
function normTable({ walkthrough, show, room }: StageInput): Table {
  const { ids, position, embeddingNorms } = walkthrough;
  const shown = windowOf(ids.length, position, Math.max(4, room.lines - 13));
  const inWindow = <Value>(values: readonly Value[]) => values.slice(shown.from, shown.to);
  const norms = { token: inWindow(embeddingNorms.token), position: inWindow(embeddingNorms.position) };
  const sums = inWindow(embeddingNorms.sum);
  const lengths = bars(sums);
  return {
    caption: "norms of all tokens: sqrt of the sum of squares",
    columns: [
      { title: "position", kind: "number" },
      { title: "token", kind: "text" },
      { title: "|wte|", kind: "number" },
      { title: "|wpe|", kind: "number" },
      { title: "|x|", kind: "number" },
      { title: "", kind: "bar" },
    ],
    rows: inWindow(ids).map((id, i) => [
      `${shown.from + i}`,
      show(id),
      norms.token[i]!.toFixed(3),
      norms.position[i]!.toFixed(3),
      sums[i]!.toFixed(3),
      lengths[i],
    ]),
    marked: position - shown.from,
    notes: windowNote(shown, ids.length),
  };
}
