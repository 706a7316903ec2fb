/** Models from a list of files and from a function. From a URL: load-url.test.ts; from a folder: load-model.test.ts. */
import { createReferenceEngine, type Engine } from "@tsgpt/tensor";
import { expect, test } from "vitest";
import { loadParameters } from "../src/checkpoint/parameters.ts";
import type { LoadProgress } from "../src/checkpoint/tensor-reader.ts";
import { functionFiles } from "../src/files/function-files.ts";
import { loadFiles } from "../src/files/load-files.ts";
import { type FileContents, forward, type LoadModelOptions, loadModel, type ModelSource } from "../src/index.ts";
import { checkpointOf, config, tinyTensors } from "./tiny-checkpoint.ts";
import { type Files, INDEX, SHARDS, shardedFiles, tinyFiles, utf8 } from "./tiny-files.ts";

const engine = createReferenceEngine();
const load = (source: ModelSource, options: LoadModelOptions = {}) => loadModel(source, { engine, ...options });
const parameters = await loadParameters(await checkpointOf(tinyTensors()), config, engine);

/** As an input gives them; `folder` is "" for files that were picked one by one. */
function listed(files: Files, folder = ""): File[] {
  return [...files].map(([name, bytes]) => {
    const file = new File([bytes as Uint8Array<ArrayBuffer>], name);
    return folder === "" ? file : Object.defineProperty(file, "webkitRelativePath", { value: folder + name });
  });
}

const reading = (files: Files) => async (name: string) => files.get(name);
const without = (files: Files, ...names: string[]) => new Map([...files].filter(([name]) => !names.includes(name)));

const places: readonly [string, (files: Files) => ModelSource][] = [
  ["a list of files", (files) => listed(files)],
  ["a function that gives bytes", reading],
  ["a function that gives buffers", (files) => (name) => (files.get(name)?.slice().buffer as ArrayBuffer) ?? null],
  ["a function that gives Blobs", (files) => (name) => listed(files).find((file) => file.name === name)],
  ["a function that gives Responses", (files) => (name) => responseOf(files.get(name))],
];

function responseOf(bytes: Uint8Array | undefined): Response {
  if (!bytes) return new Response(null, { status: 404 });
  return new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { "content-length": `${bytes.length}` } });
}

test.each(places)("%s: one file of weights, vocab.json and merges.txt", async (_, sourceOf) => {
  const model = await load(sourceOf(tinyFiles()));
  expect(model.parameters).toEqual(parameters);
  expect(model.name).toBe("model");
  expect(model.engine).toBe(engine);
  expect(model.tokenizer?.encode("abb")).toEqual([6, 1]);
});

test.each(places)("%s: shards with an index, and a generation config", async (_, sourceOf) => {
  const model = await load(sourceOf(shardedFiles()), { name: "mine" });
  expect(model.parameters).toEqual(parameters);
  expect([model.name, model.generation?.topK]).toEqual(["mine", 7]);
});

test.each(places)("%s: progress rises to the bytes of all tensors, and names the file", async (_, sourceOf) => {
  const seen: LoadProgress[] = [];
  await load(sourceOf(shardedFiles()), { onProgress: (progress) => void seen.push(progress) });
  const total = [...tinyTensors().values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  expect(seen.at(-1)).toEqual({ loaded: total, total, file: SHARDS[1] });
  expect(seen.every(({ loaded }, i) => loaded > (seen[i - 1]?.loaded ?? 0))).toBe(true);
  expect(new Set(seen.map(({ file }) => file))).toEqual(new Set(SHARDS));
});

test.each(places)("%s: a model without a tokenizer", async (_, sourceOf) => {
  expect((await load(sourceOf(without(tinyFiles(), "vocab.json", "merges.txt")))).tokenizer).toBeUndefined();
});

// What is missing

const place = (source: string) => (source === "a list of files" ? "the list of files" : "the function's files");
const instead = (source: string, link: string, names: string) => {
  if (source === "a list of files") return `, ${link} ${names}`;
  return source.endsWith("Responses") ? ": 404" : ": the function returned nothing";
};

test.each(places)("%s: a config.json that is missing", async (source, sourceOf) => {
  const end = instead(source, "which holds", "merges.txt, model.safetensors, vocab.json");
  await expect(load(sourceOf(without(tinyFiles(), "config.json")))).rejects.toMatchObject({
    name: "ConfigError",
    message: `config.json: is not in ${place(source)}${end}`,
  });
});

test.each(places)("%s: weights that are missing", async (source, sourceOf) => {
  const end = instead(source, "but", "config.json, merges.txt, vocab.json");
  await expect(load(sourceOf(without(tinyFiles(), "model.safetensors")))).rejects.toMatchObject({
    name: "CheckpointError",
    message: `${place(source)}: holds neither model.safetensors nor ${INDEX}${end}`,
  });
});

test.each(places)("%s: a shard that is missing", async (source, sourceOf) => {
  const names = [...shardedFiles().keys()].filter((name) => name !== SHARDS[1]).sort();
  const end = instead(source, "which holds", names.join(", "));
  await expect(load(sourceOf(without(shardedFiles(), SHARDS[1])))).rejects.toMatchObject({
    name: "CheckpointError",
    message: `${SHARDS[1]}: does not exist in ${place(source)}${end}`,
  });
});

test.each(places)("%s: half a vocabulary", async (_, sourceOf) => {
  await expect(load(sourceOf(without(tinyFiles(), "merges.txt")))).rejects.toThrow(
    "merges.txt: does not exist; vocab.json alone is not a tokenizer",
  );
});

// Lists

test("a folder that was picked: its name is the model's, and the files are those next to the upper config.json", async () => {
  const inner = listed(new Map([["config.json", utf8("{}")]]), "models/tiny/onnx/");
  const model = await load([...inner, ...listed(tinyFiles(), "models/tiny/")]);
  expect(model.name).toBe("tiny");
  expect(model.parameters).toEqual(parameters);
});

test("a name may be a path", async () => {
  const files = listed(tinyFiles()).map((file) => new File([file], `tiny/${file.name}`));
  expect((await load(new Set(files))).name).toBe("tiny");
});

test("a folder without config.json is named, with what it holds", async () => {
  await expect(load(listed(without(tinyFiles(), "config.json"), "tiny/"))).rejects.toThrow(
    "config.json: is not in tiny/, which holds merges.txt, model.safetensors, vocab.json",
  );
});

test("two models next to one another", async () => {
  const both = [...listed(tinyFiles(), "models/a/"), ...listed(tinyFiles(), "models/b/")];
  await expect(load(both)).rejects.toThrow(
    'config.json: is there as "models/a/config.json" and "models/b/config.json"; give one model\'s files',
  );
});

test("one file twice", async () => {
  await expect(load([...listed(tinyFiles()), ...listed(tinyFiles())])).rejects.toThrow(
    "config.json: is in the list twice; give the files of one model",
  );
});

test("no file at all", async () => {
  await expect(load([])).rejects.toThrow("config.json: is not in the list of files, which holds nothing");
});

test.each([[[new Blob()]], [["config.json"]]])("what is not a File in a list: %o", async (list) => {
  await expect(load(list as unknown as File[])).rejects.toThrow(
    new TypeError("loadModel: each element of a list must be a File; new File([bytes], name) makes one"),
  );
});

test("a File that the disk no longer has", async () => {
  const gone = () => Promise.reject(new DOMException("A requested file could not be found", "NotFoundError"));
  const files = listed(tinyFiles());
  const weights = files.find(({ name }) => name === "model.safetensors") as File;
  weights.slice = () => Object.assign(new Blob(), { arrayBuffer: gone });
  await expect(load(files)).rejects.toThrow(
    "model.safetensors: cannot be read: A requested file could not be found (bytes 0 to 64)",
  );
});

test("a File that became shorter", async () => {
  const files = listed(tinyFiles());
  const weights = files.find(({ name }) => name === "model.safetensors") as File;
  weights.slice = () => new Blob([new Uint8Array(10)]);
  await expect(load(files)).rejects.toThrow("model.safetensors: ends at byte 10, before what is read (bytes 0 to 64)");
});

test("a File is read in slices, none as large as a big file", async () => {
  const files = listed(tinyFiles());
  const weights = files.find(({ name }) => name === "model.safetensors") as File;
  const sizes: number[] = [];
  const slice = weights.slice.bind(weights);
  weights.slice = (begin = 0, end = 0) => {
    sizes.push(end - begin);
    return slice(begin, end);
  };
  await load(files);
  const total = sizes.slice(1).reduce((sum, size) => sum + size, 0);
  expect(total).toBe(weights.size - 8); // each byte once, but for the header's length
  expect(Math.max(...sizes.slice(2))).toBe(4 * 16 * 4); // the largest tensor
});

// Functions

test("a function's own error is passed on", async () => {
  const reason = new Error("no such bucket");
  await expect(load(() => Promise.reject(reason))).rejects.toBe(reason);
});

test("what a function may not give", async () => {
  const give = (name: string) => (name === "config.json" ? "{}" : undefined) as unknown as FileContents;
  await expect(load(give)).rejects.toThrow(
    new TypeError(
      "loadModel: the function must give a Uint8Array, an ArrayBuffer, a Blob, a Response, or undefined for no file; " +
        'for config.json it gave the string "{}"',
    ),
  );
});

test("a function is asked for each file once, and given the signal", async () => {
  const { signal } = new AbortController();
  const asked: string[] = [];
  const files = shardedFiles();
  await load(
    (name, given) => {
      expect(given).toBe(signal);
      asked.push(name);
      return files.get(name);
    },
    { signal },
  );
  expect(asked.filter((name) => files.has(name)).sort()).toEqual([...files.keys()].sort());
  expect(new Set(asked).size).toBe(asked.length);
});

test("an abort ends a load whose function never answers, with an AbortError", async () => {
  const controller = new AbortController();
  const loading = load((name) => (name === "model.safetensors" ? new Promise(() => {}) : tinyFiles().get(name)), {
    signal: controller.signal,
  });
  setTimeout(() => controller.abort());
  await expect(loading).rejects.toMatchObject({ name: "AbortError" });
});

test("an abort ends a load whose Response never ends, and the response", async () => {
  const controller = new AbortController();
  let isCancelled = false;
  const weights = tinyFiles().get("model.safetensors") as Uint8Array<ArrayBuffer>;
  const body = new ReadableStream({
    start: (stream) => stream.enqueue(weights.slice(0, -10)),
    cancel: () => {
      isCancelled = true;
    },
  });
  const give = (name: string) =>
    name === "model.safetensors"
      ? new Response(body, { headers: { "content-length": `${weights.length}` } })
      : tinyFiles().get(name);
  const onProgress = () => void setTimeout(() => controller.abort());
  await expect(load(give, { signal: controller.signal, onProgress })).rejects.toMatchObject({ name: "AbortError" });
  expect(isCancelled).toBe(true);
});

// The engine

test("a signal that has aborted already: nothing is read, and no engine made", async () => {
  const reading = () => expect.unreachable();
  await expect(loadModel(reading, { signal: AbortSignal.abort(new Error("stop")) })).rejects.toThrow("stop");
});

const disposals = () => {
  const made = createReferenceEngine();
  let disposed = 0;
  const dispose = () => {
    disposed++;
    made.dispose();
  };
  return { engine: { ...made, dispose } as Engine, count: () => disposed };
};

test("an engine made for a load is disposed if it fails, and only then", async () => {
  const [failing, working] = [disposals(), disposals()];
  const onProgress = () => {
    throw new Error("no page");
  };
  const load = (options: LoadModelOptions, makeEngine: () => Promise<Engine>) =>
    loadFiles(functionFiles(reading(tinyFiles())), options, makeEngine);
  await expect(load({ onProgress }, async () => failing.engine)).rejects.toThrow("no page");
  expect((await load({}, async () => working.engine)).engine).toBe(working.engine);
  expect([failing.count(), working.count()]).toEqual([1, 0]);
});

test("an engine that was given is not disposed by a load that fails", async () => {
  const given = disposals();
  const files = tinyFiles().set("model.safetensors", new Uint8Array(3));
  await expect(load(reading(files), { engine: given.engine })).rejects.toThrow("has 3 bytes");
  expect(given.count()).toBe(0);
});

test("without an engine, the model has a new one that computes", async () => {
  const model = await loadModel(reading(tinyFiles()));
  expect(model.engine.kernelSet).toBe("simd");
  expect(forward(model, [1, 2]).shape).toEqual([2, 7]);
  model.engine.dispose();
});

// Arguments

test.each([
  [undefined, "nothing"],
  [5, "the number 5"],
  [{}, "an object"],
])("a source of another kind: %o", async (source, got) => {
  await expect(load(source as unknown as ModelSource)).rejects.toThrow(
    new TypeError(`loadModel: expected a URL, a list of Files or a function, got ${got}`),
  );
});

test.each([
  [{ onprogress: () => {} }, 'there is no option "onprogress"; did you mean "onProgress"?'],
  [{ dtype: "fp16" }, 'option "dtype" must be "f32", "f16", "bf16", "int8" or "auto", got the string "fp16"'],
  [{ engine: "simd" }, 'option "engine" must be an Engine, as createEngine returns it, got the string "simd"'],
  [{ signal: new AbortController() }, 'option "signal" must be an AbortSignal, got an AbortController'],
  [{ name: 7 }, 'option "name" must be a string, got the number 7'],
  [{ onProgress: true }, 'option "onProgress" must be a function, got true'],
  [{ onNote: "log" }, 'option "onNote" must be a function, got the string "log"'],
])("an option that is unknown or of a wrong type: %o", async (options, message) => {
  await expect(load(reading(tinyFiles()), options as LoadModelOptions)).rejects.toThrow(
    new RangeError(`loadModel: ${message}`),
  );
});
