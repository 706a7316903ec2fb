/** A model where no memory can be shared, as in some browsers: what it needs is reserved before it is loaded, and suffices. */
import { afterEach, expect, test } from "vitest";
import { forward } from "../src/index.ts";
import { KVCache } from "../src/kv-cache.ts";
import { loadModel } from "../src/load-model.ts";
import { memoryNeed } from "../src/memory/memory.ts";
import { readBytes } from "./fixture-files.ts";

const FOLDER = "packages/gpt/test/fixtures/fairytales-1";
const FILES = ["config.json", "model.safetensors"];

const { Memory } = WebAssembly;
afterEach(() => {
  WebAssembly.Memory = Memory;
});

test.each(["auto", "int8"] as const)(
  "dtype %s: a full context and a second cache fit, with the usual logits",
  async (dtype) => {
    const load = () =>
      loadModel(async (name) => (FILES.includes(name) ? readBytes(`${FOLDER}/${name}`) : undefined), { dtype });
    const usual = await load();
    WebAssembly.Memory = class extends Memory {
      constructor(descriptor: WebAssembly.MemoryDescriptor) {
        if (descriptor.shared) throw new RangeError("could not allocate memory");
        super(descriptor);
      }
    };
    const model = await load();
    const { config, engine } = model;
    expect([engine.kernelSet, engine.threads]).toEqual(["simd", 1]);
    const { heldBytes, limitBytes } = engine.memory ?? { heldBytes: 0, limitBytes: 1 };
    expect(heldBytes).toBe(limitBytes); // views stay valid: it never grows
    expect(heldBytes).toBeLessThan(2 * memoryNeed(config, engine).total + 2 ** 24);
    const ids = Array.from({ length: config.nPositions }, (_, i) => (7 * i) % config.vocabSize);
    const logits = (of: typeof model) => {
      const [cache] = [0, 1].map(() => new KVCache(config, of.engine));
      return forward(of, ids, { cache, positions: "last" }).toArray();
    };
    expect(logits(model)).toEqual(logits(usual));
    for (const each of [usual, model]) each.engine.dispose();
  },
);
