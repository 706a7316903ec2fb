/** The heads' small pictures: rows of the text before stay until their own come, and never with those of two other texts. */
import { beforeEach, expect, test, vi } from "vitest";
import type { Thumbnails } from "../src/protocol/inside.ts";
import { thumbnails } from "../src/state/block.ts";
import { setOpen } from "../src/state/sections.ts";
import { generated, promptTokens } from "../src/state/text.ts";

const worker = vi.hoisted(() => ({ ask: vi.fn(), loaded: { value: {} as object } }));
vi.mock("../src/state/engine.ts", async () => {
  const { signal } = await import("@preact/signals");
  const info = signal({ config: { nHead: 2, nLayer: 3 } });
  worker.loaded = info;
  return { ask: worker.ask, info, model: signal({ phase: "ready" }) };
});

interface Request {
  report(layer: number): void;
  fail(): void;
}

const requests: Request[] = [];
let text = 0;

/** The text that each row shows. */
const shown = () => thumbnails.value.map(({ size }) => size);

beforeEach(() => {
  requests.length = 0;
  worker.ask.mockImplementation((type: string, _: object, options: { onProgress(one: Thumbnails): void }) => {
    if (type !== "thumbnails") return Promise.resolve([]);
    const size = text;
    return new Promise((_, reject) => {
      const report = (layer: number) => options.onProgress({ layer, size, values: new Float32Array(0) });
      requests.push({ report, fail: () => reject(new Error("no memory")) });
    });
  });
  setOpen("block", true);
  otherModel();
});

function otherModel(): void {
  worker.loaded.value = { ...worker.loaded.value };
}

/** The request for another text. */
async function opened(): Promise<Request> {
  const before = requests.length;
  text++;
  promptTokens.value = [{ id: text, text: "a" }];
  await expect.poll(() => requests.length).toBeGreaterThan(before);
  return requests.at(-1) as Request;
}

async function whole(): Promise<void> {
  const { report } = await opened();
  for (const layer of [0, 1, 2]) report(layer);
}

test("a row stays until that of the new text comes", async () => {
  await whole();
  const [old, next] = [text, text + 1];
  const { report } = await opened();
  expect(shown()).toEqual([old, old, old]);
  report(0);
  expect(shown()).toEqual([next, old, old]);
  for (const layer of [1, 2]) report(layer);
  expect(shown()).toEqual([next, next, next]);
});

test("rows stay when the text changes again before any row of it, as it does with every edit of the prompt", async () => {
  await whole();
  const old = text;
  await opened();
  const before = requests.length;
  generated.value = []; // asks again
  await expect.poll(() => requests.length).toBeGreaterThan(before);
  expect(shown()).toEqual([old, old, old]);
});

test("a section that is closed forgets its rows", async () => {
  await whole();
  setOpen("block", false);
  expect(shown()).toEqual([]);
});

test("when a third text comes before all rows of the second, those of the first go", async () => {
  await whole();
  const second = await opened();
  second.report(0);
  const [of2, of3] = [text, text + 1];
  const third = await opened();
  expect(shown()).toEqual([of2]);
  third.report(0);
  third.report(1);
  second.report(1);
  second.fail(); // as the worker does with what was cancelled
  await Promise.resolve();
  expect(shown()).toEqual([of3, of3]);
});

test("when a text's rows cannot be computed, those of the text before go; of another model all", async () => {
  await whole();
  const { report, fail } = await opened();
  report(0);
  fail();
  await expect.poll(shown).toEqual([text]);
  otherModel();
  expect(shown()).toEqual([]);
});
