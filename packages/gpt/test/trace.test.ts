import { createReferenceEngine, ShapeError, Tensor } from "@tsgpt/tensor";
import { expect, test } from "vitest";
import { activationKeys } from "../src/activation-keys.ts";
import { KVCache } from "../src/kv-cache.ts";
import { forward, forwardBatch } from "../src/model.ts";
import { chainTraces, record, stackTraces, traceWith } from "../src/trace.ts";
import { tinyModel } from "./tiny-model.ts";

const model = tinyModel();
const ids = [3, 1, 4, 1, 5];

function recordAll(tokens: number[], cache?: KVCache): Map<string, Tensor> {
  const activations = new Map<string, Tensor>();
  forward(model, tokens, { cache, trace: record(activations) });
  return activations;
}

test("recording gives every activation, in the order of the pass", () => {
  expect([...recordAll(ids).keys()]).toEqual(activationKeys(3));
});

test("shapes are TransformerLens's: heads apart in q and z, [H, T, S] for scores and pattern", () => {
  const trace = recordAll(ids);
  const shape = (key: string) => trace.get(key)?.shape;
  expect(shape("hook_embed")).toEqual([5, 12]);
  expect(shape("blocks.1.attn.hook_q")).toEqual([5, 3, 4]);
  expect(shape("blocks.1.attn.hook_attn_scores")).toEqual([3, 5, 5]);
  expect(shape("blocks.1.mlp.hook_post")).toEqual([5, 48]);
  expect(shape("logits")).toEqual([5, 61]);
});

test("recording changes no logit", () => {
  expect(recordAll(ids).get("logits")?.data).toEqual(forward(model, ids).data);
});

test("scores are -Infinity where masked, and each pattern row sums to 1 over what is seen", () => {
  const trace = recordAll(ids);
  const scores = trace.get("blocks.0.attn.hook_attn_scores") as Tensor;
  const pattern = trace.get("blocks.0.attn.hook_pattern") as Tensor;
  for (let h = 0; h < 3; h++) {
    for (let i = 0; i < 5; i++) {
      expect(
        [
          ...scores
            .row(h)
            .row(i)
            .data.slice(i + 1),
        ].every((s) => s === Number.NEGATIVE_INFINITY),
      ).toBe(true);
      expect(
        [
          ...pattern
            .row(h)
            .row(i)
            .data.slice(i + 1),
        ].every((p) => p === 0),
      ).toBe(true);
      expect(
        pattern
          .row(h)
          .row(i)
          .data.reduce((sum, p) => sum + p, 0),
      ).toBeCloseTo(1, 6);
    }
  }
});

test("the residual stream adds up: resid_mid = resid_pre + attn_out, resid_post = resid_mid + mlp_out", () => {
  const trace = recordAll(ids);
  const get = (key: string) => (trace.get(`blocks.2.${key}`) as Tensor).data;
  const sum = (a: Float32Array, b: Float32Array) => a.map((value, i) => value + (b[i] as number));
  expect(get("hook_resid_mid")).toEqual(sum(get("hook_resid_pre"), get("hook_attn_out")));
  expect(get("hook_resid_post")).toEqual(sum(get("hook_resid_mid"), get("hook_mlp_out")));
});

test("a hook that returns nothing changes nothing, even if it scribbles on its copy", () => {
  const trace = traceWith(3, {
    "blocks.0.hook_resid_pre": (a) => {
      a.data.fill(9);
      return undefined;
    },
  });
  expect(forward(model, ids, { trace }).data).toEqual(forward(model, ids).data);
});

test("every activation can be replaced: NaN put in its place reaches the logits", () => {
  for (const key of activationKeys(3)) {
    const trace = traceWith(3, {
      [key]: (a) => {
        a.data.fill(Number.NaN);
        return a;
      },
    });
    expect(forward(model, ids, { trace }).data.every(Number.isNaN), key).toBe(true);
  }
});

test("replacing the pattern by 'attend to the first token' makes every z the first token's value", () => {
  const recorded = new Map<string, Tensor>();
  const first = (a: Tensor) => {
    a.data.fill(0);
    for (let row = 0; row < 15; row++) a.data[row * 5] = 1;
    return a;
  };
  const replacing = traceWith(3, { "blocks.0.attn.hook_pattern": first });
  forward(model, ids, { trace: chainTraces(replacing, record(recorded)) });
  const v = recorded.get("blocks.0.attn.hook_v") as Tensor; // [T, H, D]
  const z = recorded.get("blocks.0.attn.hook_z") as Tensor;
  for (let i = 0; i < 5; i++) expect(z.row(i).data).toEqual(v.row(0).data);
});

test("replaced scores go through the softmax: equal scores give equal shares of what is seen", () => {
  const recorded = new Map<string, Tensor>();
  const replacing = traceWith(3, {
    "blocks.1.attn.hook_attn_scores": (a) => Tensor.zeros(a.shape),
  });
  forward(model, ids, { trace: chainTraces(replacing, record(recorded)) });
  const pattern = recorded.get("blocks.1.attn.hook_pattern") as Tensor;
  expect([...pattern.row(2).row(3).data]).toEqual([0.25, 0.25, 0.25, 0.25, 0]);
});

test("without a hook nothing is made for one: the pass needs no more memory, and is given what it has", () => {
  const fresh = { ...model, engine: createReferenceEngine() };
  for (let i = 0; i < 2; i++) forward(fresh, ids); // the first's logits took the memory of its blocks
  const bytes = fresh.engine.arenaBytes;
  forward(fresh, ids, { trace: traceWith(3, {}) });
  forward(fresh, ids, { trace: traceWith(3, { "blocks.0.hook_mlp_out": () => undefined }) });
  expect(fresh.engine.arenaBytes).toBe(bytes);
  const activation = Tensor.zeros([2]);
  expect(traceWith(3, {}).visit("hook_embed", activation)).toBe(activation);
  forward(fresh, ids, { trace: traceWith(3, { "blocks.0.attn.hook_pattern": () => undefined }) });
  expect(fresh.engine.arenaBytes).toBeGreaterThan(bytes); // scores and pattern, [H, T, S]
});

test("with a cache, the rows of prefill and steps stack to those of one full pass", () => {
  const cache = new KVCache(model.config, model.engine);
  const parts = [recordAll(ids.slice(0, 2), cache), recordAll(ids.slice(2, 3), cache), recordAll(ids.slice(3), cache)];
  const stacked = stackTraces(parts);
  for (const [key, expected] of recordAll(ids)) {
    const actual = stacked.get(key) as Tensor;
    expect(actual.shape, key).toEqual(expected.shape);
    // Infinities lie at the same places: the matcher takes equal infinities as equal.
    expect(actual).toBeCloseToTensor(expected, { atol: 5e-6, rtol: 1e-5 });
  }
});

test.each([
  ["blocks.3.hook_resid_pre", "blocks.2.hook_resid_pre"], // the layer is out of range
  ["hook_z", "blocks.0.attn.hook_z"], // the end of a key
  ["blocks.1.hook_resid_prev", "blocks.1.hook_resid_pre"], // misspelled
  ["blocks.1.hook_resdi_pre", "blocks.1.hook_resid_pre"], // two letters swapped
  ["blocks.1.hook_resid", "blocks.1.hook_resid_pre"], // as near to hook_resid_mid; the first that begins so
  ["ln_f", "ln_final.hook_normalized"], // the beginning of its name
])('"%s" is refused, and "%s" is named as the nearest', (key, nearest) => {
  expect(() => traceWith(3, { [key]: () => undefined })).toThrow(
    `traceWith: no activation is called "${key}" in a model of layers 0 to 2; did you mean "${nearest}"?`,
  );
});

test("a name that is near to no key is refused with an example", () => {
  expect(() => traceWith(3, { attention: () => undefined })).toThrow(
    'no activation is called "attention" in a model of layers 0 to 2; keys are such as "blocks.0.hook_resid_pre"',
  );
  expect(() => traceWith(3, { "": () => undefined })).toThrow(
    'is called "" in a model of layers 0 to 2; keys are such as',
  );
});

test("chained traces see what the ones before them replaced, and only what they listen for", () => {
  const recorded = new Map<string, Tensor>();
  const one = traceWith(3, { hook_embed: (a) => new Tensor(a.data.fill(1), a.shape) });
  const two = traceWith(3, {
    hook_embed: (a) =>
      new Tensor(
        a.data.map((x) => x + 1),
        a.shape,
      ),
  });
  const trace = chainTraces(
    one,
    two,
    record(recorded, (key) => key === "hook_embed"),
  );
  expect(trace.wants("hook_pos_embed")).toBe(false);
  forward(model, ids, { trace });
  expect([...recorded.keys()]).toEqual(["hook_embed"]);
  expect(recorded.get("hook_embed")?.data.every((x) => x === 2)).toBe(true);
});

test("a hook is given the position of its first row: after the past tokens, and of the last row alone", () => {
  const starts: [string, number][] = [];
  const keys = ["hook_embed", "blocks.0.attn.hook_q", "blocks.0.attn.hook_attn_scores", "logits"];
  const note = (_: Tensor, key: string, sequence: number, start: number) => {
    starts.push([`${key} ${sequence}`, start]);
    return undefined;
  };
  const trace = traceWith(3, Object.fromEntries(keys.map((key) => [key, note])));
  const cache = new KVCache(model.config, model.engine);
  forward(model, ids.slice(0, 2), { cache });
  forwardBatch(model, [{ ids: ids.slice(2), cache }, { ids }], { trace, positions: "last" });
  expect(Object.fromEntries(starts)).toEqual({
    "hook_embed 0": 2,
    "hook_embed 1": 0,
    "blocks.0.attn.hook_q 0": 2,
    "blocks.0.attn.hook_q 1": 0,
    "blocks.0.attn.hook_attn_scores 0": 2,
    "blocks.0.attn.hook_attn_scores 1": 0,
    "logits 0": 4,
    "logits 1": 4,
  });
});

test("a hook that returns another shape is refused with both shapes", () => {
  const trace = traceWith(3, { hook_embed: () => Tensor.zeros([5, 11]) });
  expect(() => forward(model, ids, { trace })).toThrow(ShapeError);
  expect(() => forward(model, ids, { trace })).toThrow('"hook_embed" must return [5, 12], got [5, 11]');
});
