/** Changes by hand: what they do is what analysis does in Node, a patch from the same text does nothing, and undo is exact. */
import { patchActivation, runWithCache, runWithHooks, zeroAblate } from "@tsgpt/analysis";
import { forward, type Model } from "@tsgpt/gpt";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { changeSince } from "../src/worker/describe.ts";
import { describeNumber } from "../src/worker/inside.ts";
import { intervene } from "../src/worker/interventions.ts";
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
const patch = { type: "patch", tensor: "blocks.2.hook_resid_pre", position: 3 } as const;

test("a head that is zeroed and an activation from another text give the logits of analysis", async () => {
  const likeliest = await intervene(session, { interventions: [zero, patch], other: OTHER }, signal);
  const { activations } = runWithCache(model, encode(session, OTHER));
  const hooks = [zeroAblate(Z, { head: 2 }), patchActivation(patch.tensor, activations, { position: 3 })];
  expect(session.logits).toHaveBits(lastRow(runWithHooks(model, ids, hooks)));
  expect(likeliest).toHaveLength(3);
  expect(likeliest[2]).toEqual(changeSince(session, 0).likeliest);
  expect(likeliest[0]).not.toEqual(likeliest[1]);
});

test("they stay with the tokens that follow", async () => {
  await intervene(session, { interventions: [zero], other: "" }, signal);
  await step(session, undefined, signal);
  await step(session, undefined, signal);
  const expected = runWithHooks(model, session.history, [zeroAblate(Z, { head: 2 })]);
  expect(session.logits).toHaveBits(lastRow(expected));
});

test("a patch waits while the text is too short for it", async () => {
  await step(session, 100, signal);
  const late = { ...patch, position: ids.length };
  await intervene(session, { interventions: [late], other: `${OTHER} to her` }, signal);
  const changed = session.logits.slice();
  await back(session, signal);
  expect(session.logits).toHaveBits(lastRow(forward(model, ids)));
  await step(session, 100, signal);
  expect(session.logits).toHaveBits(changed);
});

test("a patch from the same text changes nothing", async () => {
  const before = session.logits.slice();
  await intervene(session, { interventions: [patch], other: PROMPT }, signal);
  expect(session.logits).toHaveBits(before);
});

test("undo is exact", async () => {
  const before = session.logits.slice();
  await intervene(session, { interventions: [zero, patch], other: OTHER }, signal);
  expect(session.logits).not.toEqual(before);
  await intervene(session, { interventions: [], other: "" }, signal);
  expect(session.logits).toHaveBits(before);
});

test("one that does not fit leaves those before", async () => {
  await intervene(session, { interventions: [zero], other: "" }, signal);
  const before = session.logits.slice();
  const tooFar = { ...patch, position: 400 };
  await expect(intervene(session, { interventions: [tooFar], other: OTHER }, signal)).rejects.toThrow(/position/);
  const unknown = { ...zero, tensor: "blocks.9.hook_z" };
  await expect(intervene(session, { interventions: [unknown], other: "" }, signal)).rejects.toThrow(/blocks.9/);
  expect(session.logits).toHaveBits(before);
});

test("the numbers inside are those of the changed pass", async () => {
  await intervene(session, { interventions: [zero], other: "" }, signal);
  const { activations } = runWithCache(model, ids, { hooks: [zeroAblate(Z, { head: 2 })] });
  const name = { tensor: "blocks.3.hook_resid_post", index: [2, 5] };
  const data = activations.get(name.tensor)?.data as Float32Array;
  expect(describeNumber(session, name).value).toBe(data[2 * model.config.nEmbd + 5]);
  expect(describeNumber(session, { tensor: Z, index: [2, 2, 0] }).value).toBe(0);
});
