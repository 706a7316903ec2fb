/** What the page states of its memory is what the worker holds. */
import { memoryByDtype, presetConfig } from "@tsgpt/gpt";
import { expect, test } from "vitest";
import { describeActivations, describeAttended, describeThumbnails } from "../src/worker/inside.ts";
import { judge } from "../src/worker/judge.ts";
import { pageMemory } from "../src/worker/page-memory.ts";
import { createSession, open } from "../src/worker/session.ts";
import { loadFixtureModel } from "./fixture-model.ts";

const { signal } = new AbortController();

test("of GPT-2 124M: 13 streams of 1,024 x 768 numbers, and a block with two copies of its maps", () => {
  const { residuals, block, other, total } = pageMemory(presetConfig("gpt2"));
  expect(residuals).toBe(13 * 1024 * 768 * 4);
  expect(block).toBe((11 * 1024 * 768 + 2 * 1024 * 3072 + 2 * 2 * 12 * 1024 * 1024) * 4);
  expect(total).toBe(residuals + block + other);
});

test("the engine holds a pass over a full context and one block's maps, whatever is asked for", async () => {
  const model = await loadFixtureModel();
  const { config, engine } = model;
  const { nHead, nPositions } = config;
  const session = createSession(model);
  const maps = 2 * nHead * nPositions ** 2 * 4;
  const most = memoryByDtype(config).f32.arena + maps;
  for (const length of [20, nPositions - 100, nPositions]) {
    const ids = Array.from({ length }, (_, i) => i % 1000);
    await open(session, ids, { seed: 1, sampling: { dialect: "lecture" } }, signal);
    const place = { layer: 3, head: 0, position: 0 };
    describeAttended(session, place);
    describeThumbnails(session, 2, 32);
    describeActivations(session, place);
    expect(engine.arenaBytes).toBeLessThanOrEqual(most);
  }
  const text = (model.tokenizer?.decode(session.history) ?? "").slice(0, 1000);
  await judge(model, { text, watermark: undefined }, { signal });
  expect(engine.arenaBytes).toBeLessThanOrEqual(most);
  engine.dispose();
});
