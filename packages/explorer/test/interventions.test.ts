/** Changes by hand: what they do is what analysis does in Node, a patch from the same text does nothing, and undo is exact. */
import { patchActivation, runWithCache, runWithHooks, zeroAblate } from "@tsgpt/analysis";
import { forward, logSumOfExp, type Model } from "@tsgpt/gpt";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { changeSince } from "../src/worker/describe.ts";
import { describeNumber } from "../src/worker/inside.ts";
import { effectsOf, intervene } from "../src/worker/interventions.ts";
import { back, createSession, encode, open, type Session, step } from "../src/worker/session.ts";
import { loadFixtureModel } from "./fixture-model.ts";

const PROMPT = "Once upon a time";
const OTHER = "The old king said";
const { signal } = new AbortController();

let model: Model;
let session: Session;
let ids: number[];
beforeAll(async () => {
  model = await loadFixtureModel();
});
afterAll(() => model.engine.dispose());
beforeEach(async () => {
  session = createSession(model);
  ids = encode(session, PROMPT);
  await open(session, ids, { seed: 7, sampling: { dialect: "lecture" } }, signal);
});

const lastRow = (logits: { readonly data: Float32Array }) => logits.data.slice(-model.config.vocabSize);
const Z = "blocks.1.attn.hook_z";
const zero = { type: "zero", tensor: Z, head: 2 } as const;
const patch = { type: "patch", tensor: "blocks.2.hook_resid_pre", position: 3, from: OTHER } as const;

test("a head that is zeroed and an activation from another text give the logits of analysis", async () => {
  await intervene(session, [zero, patch], signal);
  const { activations } = runWithCache(model, encode(session, OTHER));
  const hooks = [zeroAblate(Z, { head: 2 }), patchActivation(patch.tensor, activations, { position: 3 })];
  expect(session.logits).toHaveBits(lastRow(runWithHooks(model, ids, hooks)));
});

test("the effect of each, beyond those before it, on the likeliest tokens before and after", async () => {
  const rows = [[], [zeroAblate(Z, { head: 2 })]].map((hooks) => lastRow(runWithHooks(model, ids, hooks)));
  await intervene(session, [zero, patch], signal);
  const effects = await effectsOf(session, signal);
  expect(effects).toHaveLength(2);
  const [before, between] = rows.map((row) => softmax(row));
  const after = softmax(session.logits);
  for (const [i, [was, is]] of [
    [before, between],
    [between, after],
  ].entries()) {
    const effect = effects[i] ?? [];
    expect(effect.slice(0, 5).map((one) => one.id)).toEqual(expect.arrayContaining([indexOfLargest(is)]));
    expect(effect.map((one) => one.id)).toContain(indexOfLargest(was));
    for (const one of effect) {
      expect(one.before).toBeCloseTo(was?.[one.id] as number, 12);
      expect(one.after).toBeCloseTo(is?.[one.id] as number, 12);
    }
  }
});

const softmax = (row: Float32Array) => Array.from(row, (logit) => Math.exp(logit - logSumOfExp(row, 0, "test")));
const indexOfLargest = (row: readonly number[] = []) => row.indexOf(Math.max(...row));

test("they stay with the tokens that follow", async () => {
  await intervene(session, [zero], signal);
  await step(session, undefined, signal);
  await step(session, undefined, signal);
  const expected = runWithHooks(model, session.history, [zeroAblate(Z, { head: 2 })]);
  expect(session.logits).toHaveBits(lastRow(expected));
});

test("a patch waits while the text is too short for it", async () => {
  await step(session, 100, signal);
  const late = { ...patch, position: ids.length, from: `${OTHER} to her` };
  await intervene(session, [late], signal);
  const changed = session.logits.slice();
  await back(session, signal);
  expect(session.logits).toHaveBits(lastRow(forward(model, ids)));
  await step(session, 100, signal);
  expect(session.logits).toHaveBits(changed);
});

test("a patch from the same text changes nothing", async () => {
  const before = session.logits.slice();
  await intervene(session, [{ ...patch, from: PROMPT }], signal);
  expect(session.logits).toHaveBits(before);
});

test("undo is exact", async () => {
  const before = session.logits.slice();
  await intervene(session, [zero, patch], signal);
  expect(session.logits).not.toEqual(before);
  await intervene(session, [], signal);
  expect(session.logits).toHaveBits(before);
});

test("undo is exact after steps, Back and another prompt, also for the probabilities of the tokens", async () => {
  const never = createSession(model);
  const sampling = { dialect: "lecture" } as const;
  const start = async (one: Session, prompt: string) => open(one, encode(one, prompt), { seed: 7, sampling }, signal);
  await start(never, PROMPT);
  await step(session, undefined, signal);
  await step(never, undefined, signal);
  await intervene(session, [zero, patch], signal);
  for (const one of [session, never]) {
    await step(one, 100, signal);
    await step(one, 7, signal);
    await back(one, signal);
  }
  expect(changeSince(session, 0)).not.toEqual(changeSince(never, 0));
  await intervene(session, [], signal);
  expect(session.logits).toHaveBits(never.logits);
  expect(changeSince(session, 0).added).toEqual(changeSince(never, 0).added);
  expect(session.sampler.state()).toEqual(never.sampler.state());
  await intervene(session, [zero], signal);
  await start(session, OTHER);
  expect(session.logits).toHaveBits(lastRow(runWithHooks(model, encode(session, OTHER), [zeroAblate(Z, { head: 2 })])));
  await intervene(session, [], signal);
  await start(never, OTHER);
  expect(session.logits).toHaveBits(never.logits);
});

test("any activation of a block, or an embedding", async () => {
  for (const tensor of ["hook_embed", "blocks.0.attn.hook_attn_scores", "blocks.3.mlp.hook_post"]) {
    await intervene(session, [{ type: "zero", tensor, position: 2 }], signal);
    expect(session.logits, tensor).toHaveBits(lastRow(runWithHooks(model, ids, [zeroAblate(tensor, { position: 2 })])));
  }
  const final = { type: "zero", tensor: "ln_final.hook_normalized" } as const;
  await expect(intervene(session, [final], signal)).rejects.toThrow(
    "an intervention changes an embedding or an activation of a block, such as blocks.0.attn.hook_z; got " +
      '"ln_final.hook_normalized"',
  );
});

test("one that does not fit leaves those before", async () => {
  await intervene(session, [zero], signal);
  const before = session.logits.slice();
  const tooFar = { ...patch, position: 400 };
  await expect(intervene(session, [tooFar], signal)).rejects.toThrow(/position/);
  const unknown = { ...zero, tensor: "blocks.9.hook_z" };
  await expect(intervene(session, [unknown], signal)).rejects.toThrow(/blocks.9/);
  expect(session.logits).toHaveBits(before);
});

test("the numbers inside are those of the changed pass", async () => {
  await intervene(session, [zero], signal);
  const { activations } = runWithCache(model, ids, { hooks: [zeroAblate(Z, { head: 2 })] });
  const name = { tensor: "blocks.3.hook_resid_post", index: [2, 5] };
  const data = activations.get(name.tensor)?.data as Float32Array;
  expect(describeNumber(session, name).value).toBe(data[2 * model.config.nEmbd + 5]);
  expect(describeNumber(session, { tensor: Z, index: [2, 2, 0] }).value).toBe(0);
});
