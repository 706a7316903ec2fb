/** Hooks by name and recorded runs, alone and in a batch. */
import {
  attentionPatterns,
  directLogitAttribution,
  type HookedRun,
  type HookPair,
  logitLens,
  meanAblate,
  type NamedHook,
  patchActivation,
  runBatch,
  runWithCache,
  runWithHooks,
  zeroAblate,
} from "@tsgpt/analysis";
import { activationKeys, forward } from "@tsgpt/gpt";
import { createReferenceEngine, Tensor } from "@tsgpt/tensor";
import { expect, test } from "vitest";
import { loadModel } from "./interventions.ts";

const model = await loadModel("tiny-untied", createReferenceEngine());
const ids = [3, 1, 4, 1, 5];
const plus = (names: NamedHook["names"], amount: number): NamedHook => ({
  names,
  hook: (a) =>
    new Tensor(
      a.data.map((x) => x + amount),
      a.shape,
    ),
});

test("all activations are recorded, or those of a name, a list, or a rule", () => {
  const keysOf = (names?: Parameters<typeof runWithCache>[2]) => [
    ...runWithCache(model, ids, names).activations.keys(),
  ];
  expect(keysOf()).toEqual(activationKeys(2));
  expect(keysOf({ names: "blocks.1.hook_mlp_out" })).toEqual(["blocks.1.hook_mlp_out"]);
  expect(keysOf({ names: ["logits", "hook_embed"] })).toEqual(["hook_embed", "logits"]);
  expect(keysOf({ names: (name) => name.endsWith("pattern") })).toEqual([
    "blocks.0.attn.hook_pattern",
    "blocks.1.attn.hook_pattern",
  ]);
});

test("the logits are those of forward, and the recorded ones the same", () => {
  const { logits, activations } = runWithCache(model, ids);
  expect(logits.data).toEqual(forward(model, ids).data);
  expect(activations.get("logits")?.data).toEqual(logits.data);
});

test("hooks of one activation apply in order, and what is recorded is what they return", () => {
  const hooks = [zeroAblate("hook_embed"), plus("hook_embed", 2), plus((name) => name === "hook_embed", 1)];
  const { activations, logits } = runWithCache(model, ids, { names: "hook_embed", hooks });
  expect(activations.get("hook_embed")?.data.every((x) => x === 3)).toBe(true);
  expect(runWithHooks(model, ids, hooks).data).toEqual(logits.data);
});

test("a hook that returns nothing changes nothing, even if it writes into its copy", () => {
  const scribble: NamedHook = { names: () => true, hook: (a) => void a.data.fill(9) };
  expect(runWithHooks(model, ids, [scribble]).data).toEqual(forward(model, ids).data);
});

test("an unknown name is refused, and the nearest named", () => {
  const nearest =
    'is called "blocks.0.hook_resid" in a model of layers 0 to 1; did you mean "blocks.0.hook_resid_pre"?';
  expect(() => runWithCache(model, ids, { names: "blocks.0.hook_resid" })).toThrow(
    `runWithCache: no activation ${nearest}`,
  );
  expect(() => runWithHooks(model, ids, [zeroAblate(["hook_embed", "blocks.0.hook_resid"])])).toThrow(
    `runWithHooks: no activation ${nearest}`,
  );
});

test("a batch has, for each run with hooks of its own, the logits that it has alone, bit for bit", async () => {
  const { activations } = runWithCache(model, [9, 9, 9, 9, 9]);
  const runs: HookedRun[] = [
    { ids },
    { ids: [7], hooks: [zeroAblate("blocks.1.attn.hook_pattern")] },
    { ids, hooks: [patchActivation("blocks.1.hook_resid_pre", activations, { position: 2 })] },
    { ids: Array.from({ length: 24 }, (_, i) => i), hooks: [plus("ln_final.hook_normalized", 1)] }, // fills a pass
    { ids: [60, 2] },
  ];
  const done: number[] = [];
  const [all, last]: [number[][], number[][]] = [[], []];
  for await (const logits of runBatch(model, runs, { onProgress: (count) => done.push(count) }))
    all.push([...logits.data]);
  for await (const logits of runBatch(model, runs, { positions: "last" })) last.push([...logits.data]);
  const alone = runs.map((run) => [...runWithHooks(model, run.ids, run.hooks ?? []).data]);
  expect(all).toEqual(alone);
  expect(last).toEqual(alone.map((logits) => logits.slice(-61)));
  expect(done).toEqual([3, 4, 5]); // 11 tokens, 24, and 2, where 24 is the context
});

test("an aborted batch ends with the signal's error", async () => {
  const run = runBatch(model, [{ ids }], { signal: AbortSignal.abort() });
  await expect(run.next()).rejects.toThrow(/abort/i);
});

test("a part, a run or a hook that is misspelled is refused: it would change everything, or nothing", () => {
  const z = "blocks.0.attn.hook_z";
  expect(() => zeroAblate(z, { haed: 3 } as object)).toThrow(
    'zeroAblate: there is no option "haed"; did you mean "head"?',
  );
  expect(() => patchActivation(z, new Map(), { pos: 3 } as object)).toThrow('did you mean "position"?');
  expect(() => meanAblate(z, [], { head: "3" } as object)).toThrow(
    'meanAblate: option "head" must be a number, got the string "3"',
  );
  const runs = [{ ids }, { ids, hook: [zeroAblate(z)] }];
  expect(() => runBatch(model, runs)).toThrow('runBatch: run 1: there is no option "hook"; did you mean "hooks"?');
  expect(() => runWithHooks(model, ids, [{ name: z, hook: () => undefined }] as never)).toThrow(
    'runWithHooks: hook 0: there is no option "name"; did you mean "names"?',
  );
  expect(() => runWithHooks(model, ids, zeroAblate(z) as never)).toThrow(
    'runWithHooks: option "hooks" must be a list of hooks, got an object',
  );
  expect(() => runBatch(model, [{ ids: "text" }] as never)).toThrow(
    'runBatch: option "ids" must be a list of token ids, got the string "text"',
  );
  expect(() => runWithCache(model, ids, { names: [7] } as never)).toThrow(
    'option "names" must be the name of an activation, a list of names, or a function that accepts names, got an Array',
  );
});

test("a pair [names, hook], as TransformerLens takes it, is the same hook", async () => {
  const z = "blocks.0.attn.hook_z";
  const half: HookPair = [
    z,
    (activation) =>
      new Tensor(
        activation.data.map((x) => x / 2),
        activation.shape,
      ),
  ];
  const expected = runWithHooks(model, ids, [{ names: z, hook: half[1] }]).data;
  expect(expected).not.toEqual(forward(model, ids).data);
  expect(runWithHooks(model, ids, [half]).data).toEqual(expected);
  expect(runWithHooks(model, ids, [[z, (x) => x]]).data).toEqual(forward(model, ids).data);
  expect(runWithCache(model, ids, { names: "logits", hooks: [half] }).logits.data).toEqual(expected);
  for await (const logits of runBatch(model, [{ ids, hooks: [half] }])) expect(logits.data).toEqual(expected);
  expect(attentionPatterns(model, ids, { hooks: [half] })[1]?.data).not.toEqual(attentionPatterns(model, ids)[1]?.data);
});

test.each<[string, unknown, string]>([
  [
    "one pair in place of a list",
    ["hook_embed", () => undefined],
    'hook 0 must be { names, hook } or [names, hook], got the string "hook_embed"',
  ],
  ["a name alone", [["hook_embed"]], "hook 0 must be { names, hook } or [names, hook], got a list of 1"],
  [
    "a pair in another order",
    [[() => undefined, "hook_embed"]],
    'hook 0: option "hook" must be a function, got the string "hook_embed"',
  ],
  ["nothing", [undefined], "hook 0 must be { names, hook } or [names, hook], got nothing"],
])("%s for hooks is refused", (_, hooks, message) => {
  expect(() => runWithHooks(model, ids, hooks as never)).toThrow(`runWithHooks: ${message}`);
});

test("ids in place of runs are refused", () => {
  const message = "a run must be an object { ids, hooks }, got";
  expect(() => runBatch(model, ids as never)).toThrow(`runBatch: run 0: ${message} the number 3`);
  expect(() => runBatch(model, [ids] as never)).toThrow(`runBatch: ${message} an Array`);
  expect(() => runBatch(model, { ids } as never)).toThrow("runBatch: runs must be a list, got an object");
});

test("a recorded run in place of its activations, and one run in place of a list, are refused", () => {
  const z = "blocks.0.attn.hook_z";
  const run = runWithCache(model, ids);
  const rule = "must be the activations of a run, a Map, got an object; give its .activations";
  expect(() => patchActivation(z, run as never)).toThrow(`patchActivation: source ${rule}`);
  expect(() => meanAblate(z, [run] as never)).toThrow(`meanAblate: reference run 0 ${rule}`);
  expect(() => logitLens(model, run as never)).toThrow(`logitLens: activations ${rule}`);
  expect(() => directLogitAttribution(model, run as never)).toThrow(`directLogitAttribution: activations ${rule}`);
  expect(() => patchActivation(z, undefined as never)).toThrow("a Map, got nothing; runWithCache records them");
  expect(() => meanAblate(z, run.activations as never)).toThrow(
    "meanAblate: reference must be a list of activations, one per run, got a Map; write [it]",
  );
});
