/** loadModel in a browser, in a page or a worker, isolated or not. Run by test/browser. */
import { forward, type LoadProgress, loadModel, type Model, type NamedBlob } from "@tsgpt/gpt";
import { expect, test } from "vitest";

const FOLDER = "/packages/gpt/test/fixtures/tiny-tied";
const NAMES = ["config.json", "model.safetensors"];

const bytesOf = async (name: string) => (await fetch(`${FOLDER}/${name}`)).blob();
const logits = (model: Model) => forward(model, [1, 2, 3]).data;

/** Logits of the model loaded so, whose engine is then disposed. */
async function logitsOf(loading: Promise<Model>): Promise<number[]> {
  const model = await loading;
  const result = [...logits(model)];
  model.engine.dispose();
  return result;
}

/** What an input with webkitdirectory gives, as far as it matters here. */
async function picked(): Promise<NamedBlob[]> {
  const file = async (name: string) => {
    const path = { value: `tiny/${name}` };
    return Object.defineProperty(new File([await bytesOf(name)], name), "webkitRelativePath", path);
  };
  return Promise.all(NAMES.map(file));
}

test("a URL, files and a function give one model, with an engine of its own", async () => {
  const seen: LoadProgress[] = [];
  const model = await loadModel(FOLDER, { onProgress: (progress) => void seen.push(progress) });
  expect([model.name, model.engine.kernelSet]).toEqual(["tiny-tied", "simd"]);
  expect(seen.at(-1)?.loaded).toBe(seen.at(-1)?.total);
  const expected = [...logits(model)];
  model.engine.dispose();
  expect(await logitsOf(loadModel(new URL(FOLDER, location.href)))).toEqual(expected);
  expect(await logitsOf(loadModel(await picked()))).toEqual(expected);
  expect(await logitsOf(loadModel((name) => fetch(`${FOLDER}/${name}`)))).toEqual(expected);
  expect(
    await logitsOf(loadModel((name) => (name.endsWith("s") ? bytesOf(name) : fetch(`${FOLDER}/${name}`)))),
  ).toEqual(expected);
});

test("a folder that the server does not have", async () => {
  await expect(loadModel("/none")).rejects.toMatchObject({
    name: "ConfigError",
    message: `config.json: is not in ${location.origin}/none: 404 Not Found`,
  });
});

test("a server that cannot be reached", async () => {
  await expect(loadModel("http://127.0.0.1:9/model")).rejects.toMatchObject({
    name: "ConfigError",
    message:
      "config.json: cannot be fetched from http://127.0.0.1:9/model/config.json: Failed to fetch: no such server, no network, " +
      "or a server that does not allow this page's origin (CORS)",
  });
});

test("an abort is an AbortError", async () => {
  const controller = new AbortController();
  const loading = loadModel(FOLDER, { signal: controller.signal });
  controller.abort();
  await expect(loading).rejects.toMatchObject({ name: "AbortError" });
});

test("a load that fails once the engine is there", async () => {
  const onProgress = () => {
    throw new Error("no page");
  };
  await expect(loadModel(FOLDER, { onProgress })).rejects.toThrow("no page"); // chromium.test.ts: no worker is left
});
