/** What is inside the model: what the worker shows is what a pass over the whole text records. */
import { runWithCache } from "@tsgpt/analysis";
import { activationKeys, type Model } from "@tsgpt/gpt";
import type { Tensor } from "@tsgpt/tensor";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { blockBytes, blockRun, forgetBlock } from "../src/worker/block-runs.ts";
import {
  describeActivations,
  describeAttended,
  describeAttention,
  describeNumber,
  describeThumbnails,
} from "../src/worker/inside.ts";
import { createSession, encode, open, type Session, step } from "../src/worker/session.ts";
import { loadFixtureModel } from "./fixture-model.ts";

const { signal } = new AbortController();

let model: Model;
let session: Session;
let activations: Map<string, Tensor>;
beforeAll(async () => {
  model = await loadFixtureModel();
  session = createSession(model);
  const sampling = { dialect: "lecture" } as const;
  await open(session, encode(session, "Once upon a time there was"), { seed: 7, sampling }, signal);
  for (let i = 0; i < 3; i++) await step(session, undefined, signal);
  activations = runWithCache(model, session.history).activations;
});
afterAll(() => model.engine.dispose());

const dataOf = (key: string) => activations.get(key)?.data as Float32Array;

test("a block's activations at a position, of the selected head where there is one", () => {
  const rows = describeActivations(session, { layer: 2, head: 1, position: 4 });
  expect(rows.map(({ tensor }) => tensor)).toEqual(
    activationKeys(model.config.nLayer).filter((key) => key.startsWith("blocks.2.")),
  );
  for (const { tensor, index, values } of rows) {
    const { shape, data } = activations.get(tensor) as Tensor;
    const at = index.reduce((offset, i, dimension) => offset * (shape[dimension] as number) + i, 0) * values.length;
    expect(values, tensor).toHaveBits(data.subarray(at, at + values.length));
  }
});

test("a head's map", () => {
  for (const of of ["scores", "pattern"] as const) {
    const { values, size } = describeAttention(session, { layer: 5, head: 3, of });
    const key = of === "scores" ? "blocks.5.attn.hook_attn_scores" : "blocks.5.attn.hook_pattern";
    expect(size).toBe(session.history.length);
    expect(values).toHaveBits(dataOf(key).subarray(3 * size * size, 4 * size * size));
  }
});

test("what a head attends to from a position, without a block's memory", () => {
  forgetBlock(session);
  const { weights } = describeAttended(session, { layer: 4, head: 2, position: 6 });
  const size = session.history.length;
  const row = dataOf("blocks.4.attn.hook_pattern").subarray((2 * size + 6) * size, (2 * size + 7) * size);
  expect(weights).toHaveBits(row);
  describeActivations(session, { layer: 4, head: 2, position: 6 });
  expect(describeAttended(session, { layer: 4, head: 2, position: 6 }).weights).toHaveBits(row); // from what is kept
});

test("blocks share one memory, of the size that is stated; it is given back", () => {
  const buffersOf = (layer: number) => [...blockRun(session, layer).values()].map(({ data }) => data.buffer);
  const buffers = buffersOf(1);
  expect(buffersOf(2)).toEqual(buffers);
  expect(buffersOf(2)[0]).toBe(buffers[0]);
  const { nHead, nPositions } = model.config;
  const bytes = buffers.reduce((sum, { byteLength }) => sum + byteLength, 0);
  expect(bytes + 2 * nHead * nPositions ** 2 * 4).toBe(blockBytes(model.config)); // the engine has maps, too
  forgetBlock(session);
  expect(buffersOf(2)[0]).not.toBe(buffers[0]);
});

test("thumbnails are the patterns, or the largest weights of their cells", () => {
  const whole = describeThumbnails(session, 0, 100);
  expect(whole.values).toHaveBits(dataOf("blocks.0.attn.hook_pattern"));
  const { size, values } = describeThumbnails(session, 0, 2);
  expect(size).toBe(2);
  const length = session.history.length;
  let largest = 0; // of the lower left quarter of head 0
  for (let t = Math.ceil(length / 2); t < length; t++)
    for (let s = 0; (s * 2) / length < 1; s++)
      largest = Math.max(largest, dataOf("blocks.0.attn.hook_pattern")[t * length + s] as number);
  expect(values[2]).toBe(largest);
  expect(values[1]).toBe(0);
});

test("a number of any tensor", () => {
  for (const tensor of [
    "hook_embed",
    "hook_pos_embed",
    "blocks.4.mlp.hook_post",
    "ln_final.hook_normalized",
    "logits",
  ]) {
    const { value } = describeNumber(session, { tensor, index: [5, 7] });
    const { shape, data } = activations.get(tensor) as Tensor;
    expect(value, tensor).toBe(data[5 * (shape[1] as number) + 7]);
  }
});

test("a place that there is not is refused", () => {
  expect(() => describeActivations(session, { layer: 9, head: 0, position: 0 })).toThrow(
    "explorer: layer must be from 0 to 5, got 9",
  );
  expect(() => describeAttention(session, { layer: 0, head: 99, of: "scores" })).toThrow(/head must be from 0 to/);
});

test("without memory for a block's activations, one sentence; with it again, the block", () => {
  forgetBlock(session);
  const most = 4096; // numbers
  const Whole = Float32Array;
  const scarce = function (this: unknown, ...args: readonly unknown[]) {
    if (typeof args[0] === "number" && args[0] > most) throw new RangeError("Array buffer allocation failed");
    return Reflect.construct(Whole, args);
  };
  vi.stubGlobal("Float32Array", Object.assign(scarce, { from: Whole.from }));
  try {
    expect(() => blockRun(session, 1)).toThrow(
      /^this browser has no [\d.]+ MB more for [\w.]+ of a whole context; close other pages, or use a smaller model$/,
    );
  } finally {
    vi.unstubAllGlobals();
  }
  const key = "blocks.1.attn.hook_pattern";
  expect(blockRun(session, 1).get(key)?.data).toHaveBits(dataOf(key));
});
