/** Sweeps against PyTorch in float64, and against the patched runs one by one. */
import {
  activationPatchingSweep,
  logitDifference,
  patchActivation,
  runWithCache,
  runWithHooks,
  type SweepOptions,
} from "@tsgpt/analysis";
import type { Engine } from "@tsgpt/tensor";
import { describe, expect, test } from "vitest";
import { engines, expectNear, interventionsOf, loadModel } from "./interventions.ts";

const { ids, OTHER, sweeps } = await interventionsOf("tiny-untied");
const metric = logitDifference(9, 13); // as in the fixture
const common = { clean: OTHER, corrupted: ids, metric };

const withModel = async (engine: Engine, use: (model: Awaited<ReturnType<typeof loadModel>>) => Promise<void>) => {
  await use(await loadModel("tiny-untied", engine));
  engine.dispose();
};

describe.each(engines)("$engineName kernels", ({ create }) => {
  test.each([
    ["residPre", "positions"],
    ["attnOut", "positions"],
    ["mlpOut", "positions"],
    ["z", "heads"],
  ] as const)("%s over %s: within 1e-5 of PyTorch in float64", (activation, over) =>
    withModel(create(), async (model) => {
      const { values } = await activationPatchingSweep(model, { ...common, activation, over });
      expect(values.map((row) => row.length)).toEqual(sweeps[activation].map((row) => row.length));
      expectNear(values.flat(), sweeps[activation].flat(), activation);
    }),
  );

  test("in groups, or only with the last logits: the bits of the runs one by one", () =>
    withModel(create(), async (model) => {
      const { activations, logits } = runWithCache(model, OTHER);
      const done: number[] = [];
      const options: SweepOptions = { ...common, activation: "residMid", over: "positions" };
      const last = await activationPatchingSweep(model, {
        ...options,
        positions: "last",
        onProgress: (count, total) => done.push(count, total),
      });
      const all = await activationPatchingSweep(model, options);
      const alone = [0, 1].map((layer) =>
        ids.map((_, position) => {
          const hook = patchActivation(`blocks.${layer}.hook_resid_mid`, activations, { position });
          return metric(runWithHooks(model, ids, [hook]));
        }),
      );
      expect(all).toEqual({ values: alone, clean: metric(logits), corrupted: metric(runWithHooks(model, ids, [])) });
      expect(last).toEqual(all);
      // 1 + 2 x 11 runs of 11 tokens, in passes of at most 24 tokens: two a pass
      expect(done.slice(0, 4)).toEqual([2, 23, 4, 23]);
      expect(done.slice(-2)).toEqual([23, 23]);
    }));
});

test("bad input: prompts of different lengths, heads of what has none, an aborted signal", () =>
  withModel((engines[0] as (typeof engines)[number]).create(), async (model) => {
    const heads = { ...common, clean: [3, 1], activation: "z", over: "heads" } as const;
    await expect(activationPatchingSweep(model, heads)).rejects.toThrow(
      "patchActivation: without a position both texts must have the same number of tokens; the source has 2, this text 11",
    );
    const noHeads = { ...common, activation: "mlpOut", over: "heads" } as const;
    await expect(activationPatchingSweep(model, noHeads)).rejects.toThrow('"blocks.0.hook_mlp_out" has no heads');
    const misnamed = { ...common, activation: "resid_pre", over: "positions" } as unknown as SweepOptions;
    await expect(activationPatchingSweep(model, misnamed)).rejects.toThrow(
      'activationPatchingSweep: option "activation" must be the name of an activation in each block, such as "residPre" or "z", got the string "resid_pre"',
    );
    const unknown = { ...common, activation: "foo", over: "positions" } as unknown as SweepOptions;
    await expect(activationPatchingSweep(model, unknown)).rejects.toThrow('option "activation" must be');
    const layers = { ...common, activation: "mlpOut", over: "layers" } as unknown as SweepOptions;
    await expect(activationPatchingSweep(model, layers)).rejects.toThrow(
      'option "over" must be "positions" or "heads", got the string "layers"',
    );
    const outside = { ...common, activation: "embed", over: "positions" } as unknown as SweepOptions;
    await expect(activationPatchingSweep(model, outside)).rejects.toThrow('option "activation" must be');
    const aborted = { ...common, activation: "mlpOut", over: "positions", signal: AbortSignal.abort() } as const;
    await expect(activationPatchingSweep(model, aborted)).rejects.toThrow(/abort/i);
  }));
