/** Zeroed, mean-ablated and patched runs against PyTorch in float64, and that a run patched with itself is the same bits. */
import { meanAblate, type NamedHook, patchActivation, runWithCache, runWithHooks, zeroAblate } from "@tsgpt/analysis";
import type { Model } from "@tsgpt/gpt";
import { createReferenceEngine, type Engine, Tensor } from "@tsgpt/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Case, engines, expectNear, type Interventions, interventionsOf, loadModel } from "./interventions.ts";

describe.each([
  ...engines.map((engine) => ({ name: "tiny-untied", every: 1, ...engine })),
  { name: "fairytales-1", every: 256, ...(engines[1] as (typeof engines)[number]) },
])("$name, $engineName kernels: within 1e-5 of PyTorch in float64", ({ name, every, create }) => {
  let engine: Engine;
  let model: Model;
  let fixture: Interventions;
  beforeAll(async () => {
    engine = create();
    model = await loadModel(name, engine);
    fixture = await interventionsOf(name);
  });
  afterAll(() => engine.dispose());

  const activationsOf = (ids: readonly number[]) => runWithCache(model, ids).activations;

  function hookOf({ kind, key, part, source = "OTHER", over }: Case): NamedHook {
    if (kind === "zero") return zeroAblate(key, part);
    if (kind === "patch") return patchActivation(key, activationsOf(fixture[source]), part);
    const texts = over === "all" ? [fixture.SHORT, fixture.OTHER] : [fixture.ids, fixture.OTHER];
    return meanAblate(key, texts.map(activationsOf), { over, ...part });
  }

  test.each(["zero", "mean", "patch"] as const)("%s", (kind) => {
    const cases = fixture.cases.filter((one) => one.kind === kind);
    expect(cases.length > 0 || name === "fairytales-1").toBe(true);
    for (const one of cases) {
      const logits = runWithHooks(model, fixture.ids, [hookOf(one)]);
      const last = [...logits.row(fixture.ids.length - 1).data].filter((_, id) => id % every === 0);
      expectNear(last, one.logits, `${kind} ${one.key} ${JSON.stringify(one.part)}`, one.largest);
    }
  });
});

describe("bad input", () => {
  let model: Model;
  const ids = [3, 1, 4, 1, 5];
  beforeAll(async () => {
    model = await loadModel("tiny-untied", createReferenceEngine());
  });
  const run = (hook: NamedHook) => () => runWithHooks(model, ids, [hook]);
  const shorter = () => runWithCache(model, [3, 1]).activations;

  test("texts of different lengths without a position", () => {
    expect(run(patchActivation("blocks.0.hook_attn_out", shorter()))).toThrow(
      "patchActivation: without a position both texts must have the same number of tokens; the source has 2, this text 5",
    );
    expect(run(patchActivation("blocks.0.attn.hook_pattern", shorter(), { head: 1 }))).toThrow(
      "without a position both texts must have the same number of tokens; the source has 2, this text 5",
    );
  });

  test("a position that one of the texts does not have", () => {
    expect(run(patchActivation("blocks.0.hook_attn_out", shorter(), { position: 5 }))).toThrow(
      "patchActivation: position must be a whole number from 0 to 4, got 5",
    );
    expect(run(patchActivation("blocks.0.attn.hook_attn_scores", shorter(), { position: 2 }))).toThrow(
      "patchActivation: position 2 must be in both texts; the source ends at position 1",
    );
  });

  test.each([-1, 0.5, 3, Number.NaN])("head %d of three", (head) => {
    expect(run(zeroAblate("blocks.0.attn.hook_z", { head }))).toThrow(
      `zeroAblate: head must be a whole number from 0 to 2, got ${head}`,
    );
  });

  test("a head of an activation that has none", () => {
    expect(run(meanAblate("blocks.0.hook_attn_out", [shorter()], { head: 0 }))).toThrow(
      'meanAblate: "blocks.0.hook_attn_out" has no heads; give no head, or an activation that has them, such as hook_z or hook_pattern',
    );
  });

  test("a source that was not recorded, or is of another model", () => {
    const { activations } = runWithCache(model, ids, { names: "hook_embed" });
    expect(run(patchActivation("hook_pos_embed", activations))).toThrow(
      'patchActivation: the source has no "hook_pos_embed"; record it with runWithCache',
    );
    expect(run(patchActivation("hook_embed", new Map([["hook_embed", Tensor.zeros([5, 13])]])))).toThrow(
      'patchActivation: the source of "hook_embed" has 13 numbers a row, the activation 12; record it with the same model',
    );
    expect(
      run(patchActivation("blocks.0.attn.hook_z", new Map([["blocks.0.attn.hook_z", Tensor.zeros([5, 2, 4])]]))),
    ).toThrow('patchActivation: the source of "blocks.0.attn.hook_z" has fewer heads; record it with the same model');
  });

  test("a mean of nothing, of rows of different lengths, of runs that do not fit", () => {
    const z = "blocks.0.attn.hook_z";
    expect(run(meanAblate(z, []))).toThrow("meanAblate: needs at least one reference run, got none");
    expect(run(meanAblate(z, [new Map()]))).toThrow(
      `meanAblate: reference run 0 has no "${z}"; record it with runWithCache`,
    );
    expect(run(meanAblate("blocks.0.attn.hook_pattern", [shorter()]))).toThrow(
      'meanAblate: "blocks.0.attn.hook_pattern" has rows of different lengths; take the mean over: "runs"',
    );
    expect(run(meanAblate(z, [shorter()], { over: "runs" }))).toThrow(
      'meanAblate: over "runs", all must have the same number of tokens; reference run 0 has 2, the text 5',
    );
    expect(run(meanAblate("hook_embed", [new Map([["hook_embed", Tensor.zeros([5, 13])]])]))).toThrow(
      'meanAblate: the reference of "hook_embed" has 13 numbers a row, the activation 12; record it with the same model',
    );
  });
});
