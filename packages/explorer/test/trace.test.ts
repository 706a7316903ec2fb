/** The exported trace: byte for byte the file of tsgpt logits --trace, cancellable, and refused before it is too large. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { traceOfHooks, zeroAblate } from "@tsgpt/analysis";
import { type Model, presetConfig } from "@tsgpt/gpt";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { fixture, tsgpt } from "../../cli/test/process.ts";
import { traceBytes, traceFile } from "../src/worker/trace.ts";
import { loadFixtureModel } from "./fixture-model.ts";

const IDS = [1, 2, 3, 500, 7];
const { signal } = new AbortController();

let model: Model;
const folder = mkdtempSync(join(tmpdir(), "tsgpt-trace-"));
beforeAll(async () => {
  model = await loadFixtureModel();
});
afterAll(() => {
  model.engine.dispose();
  rmSync(folder, { recursive: true });
});

afterEach(() => void vi.unstubAllGlobals());

async function commandTrace(...options: string[]): Promise<Buffer> {
  const file = join(folder, "trace.safetensors");
  const tokens = IDS.join(",");
  await tsgpt([
    "logits",
    "--model",
    fixture("fairytales-1"),
    "--tokens",
    tokens,
    "--trace",
    "--output",
    file,
    ...options,
  ]);
  return readFileSync(file);
}

test("it has the bytes of the command line's file", async () => {
  const expected = await commandTrace();
  const seen: number[] = [];
  const blob = await traceFile(model, IDS, (done) => seen.push(done), signal);
  expect(Buffer.from(await blob.arrayBuffer()).equals(expected)).toBe(true);
  expect(seen).toHaveLength(model.config.nLayer);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(seen.at(-1)).toBeLessThan(1);
  const headerBytes = 8 + Number(expected.readBigUInt64LE());
  expect(blob.size - headerBytes).toBe(traceBytes(model.config, IDS.length));
});

test("also where the model was changed by hand", async () => {
  const hooks = [zeroAblate("blocks.0.attn.hook_z", { head: 1 })];
  const changes = traceOfHooks(model, [{ ids: IDS, hooks }], "test");
  const blob = await traceFile(model, IDS, () => {}, signal, changes);
  expect(Buffer.from(await blob.arrayBuffer()).equals(await commandTrace("--zero-head", "0.1"))).toBe(true);
});

test("it can be cancelled", async () => {
  await expect(traceFile(model, IDS, () => {}, AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });
});

/** Per token and layer 11 * 768 + 2 * 3072 + 2 * 12 * 1024 numbers; 12 layers; 3 * 768 + 50257 more; 4 bytes each; an id of 8. */
test("GPT-2's at 1,024 tokens is refused, with the numbers, before anything is computed", async () => {
  const config = presetConfig("gpt2");
  expect(traceBytes(config, 1024)).toBe(1024 * (4 * (12 * (8448 + 6144 + 24576) + 2304 + 50257) + 8));
  const gpt2 = { ...model, config } as Model;
  const ids = Array.from({ length: 1024 }, () => 1);
  await expect(traceFile(gpt2, ids, () => {}, signal)).rejects.toThrow(
    "The trace of 1024 tokens takes 2141 MB, and this page writes at most 1000 MB; shorten the text",
  );
});

test("a browser without the memory is told so, with the number", async () => {
  const full = new RangeError("Array buffer allocation failed");
  class FullBlob {
    constructor() {
      throw full;
    }
  }
  vi.stubGlobal("Blob", FullBlob);
  await expect(traceFile(model, IDS, () => {}, signal)).rejects.toThrow(
    "The trace of 5 tokens takes 1 MB, which this browser's memory does not have; shorten the text",
  );
});
