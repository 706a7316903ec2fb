/** What the stages say: this prompt's own numbers, and no more rows than there is room for. */
import { STAGE_NAMES, type Stage, stageOf, type Table } from "@tsgpt/analysis";
import { KVCache, multiplyAddsPerToken } from "@tsgpt/gpt";
import { describe, expect, test } from "vitest";
import { windowOf } from "../src/explain/stage.ts";
import { allStages, inputOf, loadModel, SMALL } from "./explained.ts";

const PROMPT = "Once upon a time there was a king who had a";
const model = await loadModel("fairytales-1");
const input = await inputOf(model, PROMPT);
const { ids, position } = input.walkthrough;
const at = (stage: Stage, i = 0): Table => stage.tables[i] as Table;
const column = ({ columns, rows }: Table, title: string) =>
  rows.map((row) => row[columns.findIndex((one) => one.title === title)]);
const numbers = (table: Table, title: string) => column(table, title).map((cell) => Number.parseFloat(`${cell}`));
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

test("every stage has a title, a formula and a table, and every row a cell for each column", () => {
  const stages = allStages(input);
  expect(stages.map(({ name }) => name)).toEqual(STAGE_NAMES);
  for (const { title, formula, tables } of stages) {
    expect(title).toMatch(/^[A-Z]/);
    expect(formula.length).toBeGreaterThan(0);
    for (const line of formula) expect(line.length).toBeLessThanOrEqual(78); // of a screen, indented
    for (const { columns, rows } of tables) for (const row of rows) expect(row).toHaveLength(columns.length);
  }
});

test("tokens: position, text, id and bytes of each, the explained one marked", () => {
  const stage = stageOf("tokens", input);
  expect(column(at(stage), "id")).toEqual(ids.map(String));
  expect(column(at(stage), "token")).toEqual(ids.map(input.show));
  expect(at(stage).marked).toBe(position);
  expect(stage.facts[0]).toBe("43 characters, 43 bytes of UTF-8: 3.91 bytes per token.");
  expect(sum(numbers(at(stage), "bytes"))).toBe(43);
});

test("embeddings: the rows of wte and wpe, and their sum", () => {
  const table = at(stageOf("embeddings", input));
  const { wte, wpe } = model.parameters;
  const rows = [wte.row(ids[position] as number), wpe.row(position)];
  for (const [i, row] of rows.entries()) expect(table.rows[i]?.[2]).toBe((row.data[0] as number).toFixed(3));
  const first = numbers(table, "[0]");
  expect(first[2]).toBeCloseTo((first[0] as number) + (first[1] as number), 2);
});

describe("attention", () => {
  test("the heat map is the lower triangle of the pattern, the row below it sums to 1", () => {
    const stage = stageOf("attention", input);
    const [map, row] = [at(stage), at(stage, 1)];
    const pattern = input.walkthrough.attention.pattern;
    const last = map.rows.at(-1)?.slice(2) as number[];
    expect(last).toEqual(Array.from(pattern.row(position).data));
    expect(map.rows[0]?.slice(2).filter((cell) => cell !== undefined)).toHaveLength(Number(map.rows[0]?.[0]) + 1);
    const weights = numbers(row, "pattern");
    const left = Number(/hold ([\d.]+)%/.exec(row.notes[0] as string)?.[1]);
    expect(sum(weights) + left).toBeCloseTo(100, 1);
    expect(weights).toEqual([...weights].sort((a, b) => b - a));
  });

  test("the formula is the config's", async () => {
    const formula = async (name: string) => {
      const stage = stageOf("attention", await inputOf(await loadModel(name), [1, 2, 3]));
      return /of (q.*)$/.exec(stage.formula[0] as string)?.[1];
    };
    expect(await formula("tiny-tied")).toBe("q[i] . k[j] / sqrt(D)");
    expect(await formula("tiny-no-scale")).toBe("q[i] . k[j]");
    expect(await formula("tiny-inverse-layer-scale")).toBe("q[i] . k[j] / sqrt(D) / 1");
  });
});

test("lens: a row after the embedding and after each layer, ten tokens each, the last the model's own", () => {
  const table = at(stageOf("lens", input));
  expect(column(table, "x after")).toEqual(["embedding", ...model.parameters.blocks.map((_, l) => `layer ${l}`)]);
  for (const list of column(table, "likeliest")) expect(list).toHaveLength(10);
  const best = input.chain.initial.top[0];
  const last = column(table, "likeliest").at(-1) as string[];
  expect(last[0]).toContain(input.show(best?.id as number));
  expect(numbers(table, "target").at(-1)).toBeCloseTo(100 * (best?.probability as number), 1);
  expect((column(table, "likeliest")[0] as string[]).at(-1)).toMatch(/ <1%$/);
});

test("attribution: the parts by size, and what is listed and left out sum to the logit", () => {
  const table = at(stageOf("attribution", input));
  const parts = numbers(table, "adds");
  expect(table.rows.at(-1)?.[0]).toBe("sum = logit");
  expect(sum(parts.slice(0, -1))).toBeCloseTo(parts.at(-1) as number, 1);
  const shown = parts.slice(0, -2).map(Math.abs);
  expect(shown).toEqual([...shown].sort((a, b) => b - a));
  expect(table.rows.at(-2)?.[0]).toBe(`${3 + 6 + 36 + 6 - shown.length} others`);
});

describe("distribution", () => {
  test("before and after each step of the chain, each sums to 1, with what a step kept, cut and left", async () => {
    const chain = [
      { type: "temperature", temperature: 1.5 },
      { type: "top-k", k: 12 },
    ] as const;
    const stage = stageOf("distribution", await inputOf(model, PROMPT, { chain }));
    expect(stage.tables).toHaveLength(3);
    for (const table of stage.tables) expect(sum(numbers(table, "probability"))).toBeCloseTo(100, 1);
    expect(at(stage).caption).toMatch(/^before: 4,096 tokens, entropy [\d.]+ bits, 90% in [\d,]+$/);
    expect(at(stage, 2).caption).toMatch(/^top-k: kept 12, cut 4,084 \([\d.]+% of the mass\), entropy [\d.]+ bits$/);
    expect(at(stage, 1).caption).toMatch(/^temperature: kept 4,096, cut none, entropy [\d.]+ bits$/);
    expect(stage.facts[0]).toBe("After position 10. Chain: temperature, top-k.");
  });

  test("with much room, the tail is in ranges of ranks", async () => {
    const { tables } = stageOf("distribution", { ...input, room: { lines: 46, tokens: 24 } });
    expect(tables[0]?.rows.map(([rank]) => rank).slice(9)).toEqual(["10", "11-100", "101-1000", "1001-4096"]);
    expect(tables[0]?.sumsFrom).toBe(10);
  });

  test("a chain that keeps one token has no tail", async () => {
    const stage = stageOf("distribution", await inputOf(model, PROMPT, { chain: [{ type: "greedy" }] }));
    expect(at(stage, 1).rows.map((row) => row[3])).toEqual(["100.00%"]);
  });
});

describe("cache", () => {
  test("its bytes are those of a cache of so many tokens, its multiply-adds those of the cost", () => {
    const stage = stageOf("cache", input);
    const cache = new KVCache(model.config, model.engine, position + 1);
    expect(stage.formula[0]).toContain(`= ${cache.bytes.toLocaleString("en")} `);
    expect(sum(column(at(stage), "bytes").map((cell) => Number(`${cell}`.replaceAll(",", ""))))).toBe(cache.bytes);
    const cost = (useCache: boolean) => multiplyAddsPerToken(model.config, position + 1, useCache).toLocaleString("en");
    expect(at(stage, 1).rows[0]).toEqual([
      "token 11 alone",
      cost(true),
      cost(false),
      (multiplyAddsPerToken(model.config, 11, false) / multiplyAddsPerToken(model.config, 11, true)).toFixed(2),
    ]);
    cache.dispose();
  });
});

describe("a long prompt", () => {
  test("the tables show the tokens up to the position, and say what they leave out", async () => {
    const long = Array.from({ length: model.config.nPositions }, (_, i) => (i * 97 + 5) % 4096);
    for (const asked of [511, 200]) {
      const stages = allStages(await inputOf(model, long, { position: asked }));
      for (const { name, tables } of stages.slice(0, 3)) {
        const table = tables.find(({ marked }) => marked !== undefined) as Table;
        expect(table.rows.length, name).toBeLessThanOrEqual(SMALL.lines);
        expect(table.rows[table.marked as number]?.[0], name).toBe(`${asked}`);
        expect(table.notes.join(), name).toMatch(new RegExp(`\\d+ to ${asked} of 0 to 511 are shown`));
        expect(table.columns.filter(({ kind }) => kind === "shade").length).toBeLessThanOrEqual(SMALL.tokens);
      }
    }
  });

  test("the columns of the heat map are the keys that the row reads most, in order", async () => {
    const long = Array.from({ length: 512 }, (_, i) => (i * 97 + 5) % 4096);
    const asked = 400;
    const { walkthrough, ...others } = await inputOf(model, long, { position: asked, room: { lines: 22, tokens: 9 } });
    const { columns, notes, rows, marked } = at(stageOf("attention", { walkthrough, ...others }));
    const keys = columns.slice(2).map(({ title }) => Number(title));
    const weights = Array.from(walkthrough.attention.pattern.row(asked).data.subarray(0, asked + 1));
    const largest = [...weights].sort((a, b) => b - a).slice(0, 9);
    expect(keys).toEqual([...keys].sort((a, b) => a - b));
    expect(keys.map((j) => weights[j] as number).sort((a, b) => b - a)).toEqual(largest);
    expect(rows[marked as number]?.slice(2)).toEqual(keys.map((j) => weights[j]));
    expect(notes.at(-1)).toBe("Columns are the 9 of 0 to 511 that row 400 reads most.");
  });

  test("a window ends at the position, or is the beginning of the text", () => {
    expect(windowOf(4, 3, 10)).toEqual({ from: 0, to: 4 });
    expect(windowOf(100, 3, 10)).toEqual({ from: 0, to: 10 });
    expect(windowOf(100, 50, 10)).toEqual({ from: 41, to: 51 });
    expect(windowOf(100, 99, 10)).toEqual({ from: 90, to: 100 });
  });
});

test("a model without a tokenizer has ids, a single token and no bytes", async () => {
  const stages = allStages(await inputOf(await loadModel("tiny-untied"), [3]));
  expect(at(stages[0] as Stage).rows).toEqual([["0", "3", "3", undefined]]);
  expect(stages[0]?.facts).toEqual(["Explained below: position 0, the token 3."]);
  expect(at(stages[2] as Stage).rows).toEqual([["0", "3", 1]]);
  expect(stages[5]?.title).toMatch(/^Which parts make the logit of token \d+$/);
});

test("an empty prompt says where the model starts", async () => {
  const { facts } = stageOf("tokens", { ...(await inputOf(model, [0])), text: "" });
  expect(facts[0]).toBe("The prompt is empty: the model starts from its own begin- or end-of-text token.");
});
