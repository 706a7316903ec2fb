/** The page's sampling: what follows from new options is asked for before the worker has answered whether they are valid. */
import { beforeEach, expect, test, vi } from "vitest";
import { chain } from "../src/state/next-token.ts";
import {
  replaceSampling,
  sampling,
  samplingError,
  samplingReplaced,
  setOption,
  setSampling,
} from "../src/state/sampling.ts";
import { setOpen } from "../src/state/sections.ts";
import { promptTokens } from "../src/state/text.ts";

const worker = vi.hoisted(() => ({ ask: vi.fn() }));
vi.mock("../src/state/engine.ts", async () => {
  const { signal } = await import("@preact/signals");
  return { ask: worker.ask, info: signal({}), model: signal({ phase: "ready" }) };
});

const asked = () => worker.ask.mock.calls.map(([type]) => type).filter((type) => ["sampling", "chain"].includes(type));

beforeEach(async () => {
  worker.ask.mockImplementation(async (type, asks) => ({ type, asks }));
  promptTokens.value = [{ id: 1, text: "a" }];
  setOpen("nextToken", true);
  await expect.poll(() => chain.value.value).toBeDefined();
  worker.ask.mockClear();
});

test("the chain is asked for at once after the options that it follows from, once", async () => {
  const changing = setSampling({ dialect: "lecture", temperature: 0.5 });
  expect(asked()).toEqual(["sampling", "chain"]);
  await changing;
  expect(sampling.value).toEqual({ dialect: "lecture", temperature: 0.5 });
  expect(asked()).toEqual(["sampling", "chain"]);
});

test("of options that are refused those before stay, and the chain is there", async () => {
  const before = sampling.value;
  worker.ask.mockRejectedValueOnce(new Error("no such temperature"));
  await setSampling({ dialect: "lecture", temperature: -1 });
  expect(samplingError.value).toBe("no such temperature");
  expect(sampling.value).toBe(before);
  await expect.poll(() => chain.value.value).toBeDefined();
});

test("a link's options replace all, also those of changes that wait", async () => {
  const replaced = samplingReplaced.value;
  const first = setOption("topK", 5);
  const second = setOption("topP", 0.5);
  const link = replaceSampling({ dialect: "hf" });
  expect(samplingReplaced.value).toBe(replaced + 1);
  await Promise.all([first, second, link]);
  expect(sampling.value).toEqual({ dialect: "hf" });
  await setOption("topK", 7);
  expect(sampling.value).toEqual({ dialect: "hf", topK: 7 });
});
