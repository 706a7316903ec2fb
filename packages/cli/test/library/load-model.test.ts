/** loadModel of the library: where it finds models, what it says, and what it refuses. */
import { readFileSync, rmSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { HubError } from "@tsgpt/hub";
import { createReferenceEngine } from "@tsgpt/tensor";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { fixtureFiles, text } from "../../../hub/test/hub-model.ts";
import { type LocalHub, startHub } from "../../../hub/test/local-hub.ts";
import { type LoadModelOptions, loadModel, ModelNotFoundError, type ModelProgress } from "../../src/index.ts";
import { emptyFolder, fixture } from "../process.ts";

const tied = fixture("tiny-tied");
const engine = createReferenceEngine();

describe("a model on this machine", () => {
  test("without a name it is the bundled one", async () => {
    const model = await loadModel();
    expect(model.name).toBe("fairytales");
    expect(model.engine.kernelSet).toBe("simd");
    model.engine.dispose();
  });

  test("by its name, in another dtype, with the bytes loaded", async () => {
    const stages = new Set<string>();
    let last = [0, 1];
    const onProgress = ({ stage, loaded, total }: ModelProgress) => {
      stages.add(stage);
      last = [loaded, total];
    };
    const model = await loadModel("fairytales", { engine, dtype: "bf16", onProgress });
    expect(model.parameters.wte.dtype).toBe("bf16");
    expect([...stages]).toEqual(["load"]);
    expect(last[0]).toBe(last[1]);
  });

  test("a folder, into an engine of so many threads", async () => {
    const model = await loadModel(tied, { threads: 1 });
    expect([model.name, model.engine.threads]).toEqual([basename(tied), 1]);
    model.engine.dispose();
  });

  test("an engine that is made for a load that fails is disposed of", async () => {
    const controller = new AbortController();
    const onProgress = () => controller.abort(new Error("enough"));
    await expect(loadModel(tied, { threads: 1, signal: controller.signal, onProgress })).rejects.toThrow("enough");
    await expect(loadModel(tied, { engine, signal: controller.signal })).rejects.toThrow("enough");
  });
});

describe("a model of the hub", () => {
  let hub: LocalHub;
  let cacheDir = "";
  const files = { ...fixtureFiles("tiny-tied"), "tokenizer.json": fixtureFiles("gpt2-tokenizer")["tokenizer.json"] };
  beforeAll(async () => {
    hub = await startHub({
      "org/tied": { revisions: { main: files, v1: { ...files, "config.json": text({ model_type: "llama" }) } } },
    });
    vi.stubEnv("HF_ENDPOINT", hub.url);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await hub.close();
  });
  beforeEach(() => {
    cacheDir = emptyFolder();
  });
  afterEach(() => rmSync(cacheDir, { recursive: true }));

  test("is downloaded, and then loaded, each with its progress", async () => {
    const stages: string[] = [];
    const onProgress = ({ stage }: ModelProgress) => void (stages.at(-1) === stage || stages.push(stage));
    const model = await loadModel("org/tied", { engine, cacheDir, onProgress });
    expect(model.name).toBe("org/tied");
    expect(stages).toEqual(["download", "load"]);
    expect((await loadModel("org/tied", { engine, cacheDir, offline: true })).name).toBe("org/tied");
  });

  test("has revisions", async () => {
    await expect(loadModel("org/tied", { engine, cacheDir, revision: "v1" })).rejects.toThrow(/llama/);
  });

  test("that is not in the cache is not fetched offline", async () => {
    await expect(loadModel("org/tied", { engine, cacheDir, offline: true })).rejects.toThrow(HubError);
  });

  test("that does not exist is not a folder either", async () => {
    const error: HubError = await loadModel("org/none", { engine, cacheDir }).catch((error) => error);
    expect(error).toBeInstanceOf(HubError);
    expect(error.status).toBe(401);
    expect(error.message).toMatch(/\nand there is no folder "org\/none"$/);
  });
});

describe("what is refused", () => {
  test("a name that is none", async () => {
    const loading = loadModel("fairytale");
    await expect(loading).rejects.toThrow(ModelNotFoundError);
    await expect(loading).rejects.toThrow(
      /^no such model folder: "fairytale"\nbundled models: fairytales; of the hub: org\/name, distilgpt2, gpt2/,
    );
  });

  test.each<[unknown, RegExp]>([
    [{ dType: "f32" }, /^loadModel: there is no option "dType"; did you mean "dtype"\?$/],
    [
      { dtype: "f8" },
      /^loadModel: option "dtype" must be "auto", "f32", "f16", "bf16" or "int8", got the string "f8"$/,
    ],
    [{ engine: {} }, /^loadModel: option "engine" must be an engine, from createEngine\(\), got an object$/],
    [{ engine, threads: 2 }, /^loadModel: threads are those of the engine that is given; leave one of them out$/],
    [{ revision: "main" }, /^loadModel: revision applies to a model of the hub, but ".*tiny-tied" is a folder$/],
    [{ cacheDir: "x" }, /^loadModel: cacheDir applies to a model of the hub, but ".*tiny-tied" is a folder$/],
    [{ offline: true }, /^loadModel: offline applies to a model of the hub, but ".*tiny-tied" is a folder$/],
  ])("%o", async (options, message) => {
    await expect(loadModel(tied, options as LoadModelOptions)).rejects.toThrow(message);
  });

  test.each<[unknown, string]>([
    [3, "the number 3"],
    ["fairytales\0", 'the string "fairytales\\u0000"'],
    ["org/na\0me", 'the string "org/na\\u0000me"'],
  ])("the model %j, which is no name", async (model, got) => {
    await expect(loadModel(model as string)).rejects.toThrow(
      new RangeError(`loadModel: the model must be a folder or a name, got ${got}`),
    );
  });

  test.each([0, 65, 1.5])("%s threads, as an error of loadModel", async (threads) => {
    await expect(loadModel(tied, { threads })).rejects.toThrow(
      new RangeError(`loadModel: threads must be a whole number from 1 to 64, got ${threads}`),
    );
  });
});

test("the library imports nothing of the commands, which listen for Ctrl-C and write to stderr", () => {
  const src = fileURLToPath(new URL("../../src", import.meta.url));
  const seen = new Set<string>();
  const visit = (path: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const [, name] of readFileSync(path, "utf8").matchAll(/ from "(\.[^"]+)"/g)) visit(join(dirname(path), name));
  };
  visit(join(src, "index.ts"));
  const outside = [...seen].map((path) => relative(src, path)).filter((path) => !path.startsWith("library/"));
  expect(outside.sort()).toEqual(["index.ts", "model/bundled-models.ts"]);
});
