/** Models from a URL, of a server on this machine that does right, or wrong. In a browser: test/browser/load-model.ts. */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { createReferenceEngine, createSimdEngine } from "@tsgpt/tensor";
import { afterEach, expect, test, vi } from "vitest";
import { FULL } from "../../../test/setup/sample.ts";
import { loadParameters, type Parameters } from "../src/checkpoint/parameters.ts";
import { randomCheckpoint, randomModel } from "../src/checkpoint/random-parameters.ts";
import { streamSafetensors } from "../src/checkpoint/stream-safetensors.ts";
import type { LoadProgress } from "../src/checkpoint/tensor-reader.ts";
import { configJson } from "../src/config/config-json.ts";
import { type LoadModelOptions, loadModel } from "../src/index.ts";
import { type Answer, type FileServer, rangeOf, serveFiles, whole } from "./file-server.ts";
import { checkpointOf, config, tinyTensors } from "./tiny-checkpoint.ts";
import { type Files, INDEX, SHARDS, shardedFiles, tinyFiles, utf8 } from "./tiny-files.ts";
import { tinyConfig } from "./tiny-model.ts";

const WEIGHTS = "model.safetensors";
const engine = createReferenceEngine();
const parameters = await loadParameters(await checkpointOf(tinyTensors()), config, engine);

let server: FileServer | undefined;
afterEach(() => server?.close());

async function load(files: Files, answer?: Answer, options: LoadModelOptions = {}) {
  server = await serveFiles(files, answer);
  return loadModel(server.url, { engine, ...options });
}

/** The message of the error, with `URL` for the server's. */
async function refused(files: Files, answer?: Answer, options?: LoadModelOptions): Promise<string> {
  const error = await load(files, answer, options).then(
    () => expect.unreachable(),
    (thrown) => thrown,
  );
  expect(error.name).toMatch(/^(?:Config|Checkpoint|Tokenizer)Error$/);
  return error.message.replaceAll(server?.url, "URL");
}

/** Answers in this way for one file. */
const only =
  (name: string, answer: Answer): Answer =>
  (exchange) =>
    exchange.name === name && answer(exchange);

const status = (code: number, body = "", headers = {}): Answer => {
  return ({ response }) => {
    response.writeHead(code, headers).end(body);
    return true;
  };
};
const page = status(200, "<!doctype html><title>app</title>", { "content-type": "text/html; charset=utf-8" });

// What is read

test("a model with a tokenizer; what is not there is asked for once", async () => {
  const model = await load(tinyFiles());
  expect(model.parameters).toEqual(parameters);
  expect([model.name, model.tokenizer?.encode("abb")]).toEqual(["model", [6, 1]]);
  const names = ["added_tokens.json", "config.json", "generation_config.json", "merges.txt", "model.safetensors"];
  const others = ["special_tokens_map.json", "tokenizer.json", "tokenizer_config.json", "vocab.json"];
  expect(server?.requests.map((path) => path.replace("/model/", "").split(" ")[0]).sort()).toEqual([
    ...names,
    ...others,
  ]);
});

test.each([
  ["without a slash", (url: string) => url],
  ["with one", (url: string) => `${url}/`],
  ["as a URL", (url: string) => new URL(url)],
  ["with a fragment", (url: string) => `${url}#top`],
])("the base %s", async (_, baseOf) => {
  server = await serveFiles(tinyFiles());
  expect((await loadModel(baseOf(server.url), { engine })).parameters).toEqual(parameters);
  expect(server.requests).toContain("/model/config.json");
});

test("the base's query string is kept, and is in no message", async () => {
  server = await serveFiles(tinyFiles());
  await loadModel(`${server.url}/?token=secret&v=1`, { engine });
  expect(server.requests).toContain("/model/config.json?token=secret&v=1");
  const missing = await loadModel(`${server.url}/none/?token=secret`, { engine }).catch(({ message }) => message);
  expect(missing).not.toContain("secret");
});

test("a shard's name is one segment of a path", async () => {
  const files = tinyFiles();
  const shard = "model?a=1#b.safetensors";
  files.set(
    INDEX,
    utf8(JSON.stringify({ weight_map: Object.fromEntries([...tinyTensors().keys()].map((name) => [name, shard])) })),
  );
  files.set(encodeURIComponent(shard), files.get(WEIGHTS) as Uint8Array).delete(WEIGHTS);
  expect((await load(files)).parameters).toEqual(parameters);
});

const progressOf = async (files: Files, answer?: Answer) => {
  const seen: LoadProgress[] = [];
  const model = await load(files, answer, { onProgress: (progress) => void seen.push(progress) });
  return { model, seen };
};

const chunked: Answer = ({ bytes, response }) => {
  if (bytes) response.writeHead(200).end(bytes);
  return bytes !== undefined;
};
const gzipped: Answer = ({ bytes, response }) => {
  if (!bytes) return false;
  const packed = gzipSync(bytes);
  response.writeHead(200, { "content-encoding": "gzip", "content-length": packed.length }).end(packed);
  return true;
};
const dripping: Answer = async ({ bytes, response }) => {
  if (!bytes) return false;
  response.writeHead(200, { "content-length": bytes.length });
  for (const byte of [0, 7, 100, 1500]) {
    response.write(bytes.subarray(byte, { 0: 7, 7: 100, 100: 1500 }[byte]));
    await new Promise((resolve) => setImmediate(resolve));
  }
  response.end();
  return true;
};
/** As another origin's server whose Content-Range a page may not read. */
const hiddenRange: Answer = ({ bytes, request, response }) => {
  const range = bytes && rangeOf(request, bytes.length);
  if (range) response.writeHead(206).end(bytes.subarray(range.begin, range.end));
  return range !== undefined;
};

test.each([
  ["honors ranges", () => false],
  ["sends whole files", whole],
  ["sends them in small pieces", dripping],
  ["does not say how long a file is", chunked],
  ["compresses", gzipped],
  ["hides Content-Range", hiddenRange],
] as const)("a server that %s: the same model, and progress that rises to the total", async (_, answer) => {
  const { model, seen } = await progressOf(shardedFiles(), answer);
  expect(model.parameters).toEqual(parameters);
  expect(model.generation?.topK).toBe(7);
  const { loaded, total } = seen.at(-1) as LoadProgress;
  expect(loaded).toBe(total);
  expect(seen.every(({ loaded }, i) => loaded > (seen[i - 1]?.loaded ?? 0))).toBe(true);
});

test.each([
  ["in ranges", true],
  ["as a whole", false],
])("progress begins before all of a file has arrived: %s", async (_, inRanges) => {
  let onFirst = () => {};
  const firstTensor = new Promise<void>((resolve) => {
    onFirst = resolve;
  });
  const halting: Answer = async ({ bytes, request, response }) => {
    const length = bytes?.length as number;
    const range = inRanges && request.headers.range && { "content-range": `bytes 0-${length - 1}/${length}` };
    response.writeHead(range ? 206 : 200, { "content-length": length, ...range });
    response.write(bytes?.subarray(0, -100));
    await firstTensor;
    response.end(bytes?.subarray(-100));
    return true;
  };
  const onProgress = () => onFirst();
  expect((await load(tinyFiles(), only(WEIGHTS, halting), { onProgress })).parameters).toEqual(parameters);
});

// 12 MB: two blocks of 8 MiB, and tensors that cross their bound
const big = { ...tinyConfig, vocabSize: 8192, nEmbd: 256, nHead: 8, nInner: 1024, nLayer: 1, nPositions: 64 };

let bigWeights: Buffer | undefined;

async function bigFiles(): Promise<Files> {
  bigWeights ??= await bigCheckpoint();
  return new Map([
    ["config.json", utf8(configJson(big, "F32"))],
    [WEIGHTS, bigWeights],
  ]);
}

async function bigCheckpoint(): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of streamSafetensors(randomCheckpoint("big", big, 1), "F32")) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

test.each(FULL ? (["f32", "int8"] as const) : (["int8"] as const))(
  "a big file arrives in blocks, each once: as %s",
  async (dtype) => {
    const simd = createSimdEngine({ threads: 1 });
    const files = await bigFiles();
    const model = await load(files, undefined, { engine: simd, dtype });
    const block = 8 << 20;
    const size = files.get(WEIGHTS)?.length as number;
    const ranges = Array.from({ length: Math.ceil(size / block) }, (_, i) => {
      return `/model/${WEIGHTS} bytes=${i * block}-${i === 0 ? block - 1 : Math.min((i + 1) * block, size) - 1}`;
    });
    expect(ranges).toHaveLength(2);
    expect(server?.requests.filter((request) => request.includes(WEIGHTS)).sort()).toEqual(ranges.sort());
    const { parameters } = await randomModel("big", big, simd, 1, { dtype });
    const sums = ({ wte, wpe, blocks, lnF }: Parameters) =>
      [wte, wpe, blocks[0]?.attn.cAttn.weight, blocks[0]?.mlp.cFc.weight, lnF.weight].map((weight) =>
        createHash("sha256")
          .update(weight?.toTensor().data as Float32Array)
          .digest("hex"),
      );
    expect(sums(model.parameters)).toEqual(sums(parameters));
    simd.dispose();
  },
);

test("what does not fit is refused after the first block", async () => {
  const files = await bigFiles();
  files.set("config.json", utf8(configJson({ ...big, nEmbd: 128, nInner: 512 }, "F32")));
  expect(await refused(files)).toContain("config.json (");
  expect(server?.requests.filter((request) => request.includes(WEIGHTS))).toHaveLength(1);
});

// What is missing

test.each([
  [404, "404 Not Found"],
  [410, "410 Gone"],
  [403, "403 Forbidden"],
  [401, "401 Unauthorized"],
])("status %i for what is needed", async (code, shown) => {
  expect(await refused(tinyFiles(), only("config.json", status(code)))).toBe(`config.json: is not in URL: ${shown}`);
  expect(await refused(tinyFiles(), only(WEIGHTS, status(code)))).toBe(
    `URL: holds neither model.safetensors nor ${INDEX}: ${shown}`,
  );
  expect(await refused(shardedFiles(), only(SHARDS[1], status(code)))).toBe(
    `${SHARDS[1]}: does not exist in URL: ${shown}`,
  );
});

test("a web page in place of what is needed, as servers of applications send for what they do not have", async () => {
  const answered = "the server answered with a web page";
  expect(await refused(tinyFiles(), page)).toBe(`config.json: is not in URL: ${answered}`);
  expect(await refused(tinyFiles(), only(WEIGHTS, page))).toBe(
    `URL: holds neither model.safetensors nor ${INDEX}: ${answered}`,
  );
});

test("a web page or 403 in place of what need not be there: a note", async () => {
  const notes: string[] = [];
  const answer: Answer = (exchange) =>
    exchange.bytes === undefined && (exchange.name === "tokenizer.json" ? page : status(403))(exchange);
  const model = await load(tinyFiles(), answer, { onNote: (note) => void notes.push(note) });
  expect(model.parameters).toEqual(parameters);
  expect(notes).toContain("tokenizer.json: the server answered with a web page; loading goes on as without this file");
  expect(notes).toContain("generation_config.json: 403 Forbidden; loading goes on as without this file");
});

test("403 for every file: the notes are of those that need not be there, and the error is of the others", async () => {
  const notes: string[] = [];
  const onNote = (note: string) => void notes.push(note);
  expect(await refused(tinyFiles(), status(403), { onNote })).toBe("config.json: is not in URL: 403 Forbidden");
  expect(notes.map((note) => note.split(":")[0]).sort()).toEqual([
    "added_tokens.json",
    "generation_config.json",
    "merges.txt",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.json",
  ]);
  notes.length = 0;
  const weights: Answer = (exchange) => exchange.name.startsWith("model.") && status(403)(exchange);
  await refused(tinyFiles(), weights, { onNote });
  expect(notes).toEqual([]);
});

test("a server of an application is told that no page is wanted", async () => {
  const { model } = await progressOf(tinyFiles(), (exchange) => {
    const takesPages = /html|\*\/\*/.test(exchange.request.headers.accept ?? "*/*");
    return exchange.bytes === undefined && takesPages && page(exchange);
  });
  expect(model.parameters).toEqual(parameters);
});

test.each(["config.json", "generation_config.json", "tokenizer.json", WEIGHTS])("status 503 for %s", async (name) => {
  expect(await refused(tinyFiles(), only(name, status(503)))).toBe(
    `${name}: cannot be read: the server answered 503 Service Unavailable`,
  );
});

test("no server", async () => {
  server = await serveFiles(tinyFiles());
  const { url } = server;
  await server.close();
  await expect(loadModel(url, { engine })).rejects.toMatchObject({
    name: "ConfigError",
    message: `config.json: cannot be fetched from ${url}/config.json: fetch failed: no such server, no network, or a server that does not allow this page's origin (CORS)`,
  });
});

// What is cut short, or changes

const breaking: Answer = ({ bytes, request, response }) => {
  if (!bytes) return false;
  const { begin, end } = rangeOf(request, bytes.length) ?? { begin: 0, end: bytes.length };
  const headers = { "content-length": end - begin, "content-range": `bytes ${begin}-${end - 1}/${bytes.length}` };
  response.writeHead(request.headers.range ? 206 : 200, headers);
  response.write(bytes.subarray(begin, end - 10), () => response.destroy());
  return true;
};
const breakingWhole: Answer = (exchange) => {
  delete exchange.request.headers.range;
  return breaking(exchange);
};

test.each([
  ["config.json", breaking],
  ["merges.txt", breaking],
  [WEIGHTS, breaking],
  [WEIGHTS, breakingWhole],
])("a connection that breaks within %s", async (name, answer) => {
  expect(await refused(tinyFiles(), only(name, answer))).toMatch(
    new RegExp(`^${name.replace(".", "\\.")}: the connection broke: \\w+$`),
  );
});

test.each([
  ["in ranges", () => false],
  ["as a whole", whole],
] as const)("weights that end too early on the server, sent %s", async (_, answer) => {
  const files = tinyFiles();
  files.set(WEIGHTS, files.get(WEIGHTS)?.slice(0, -10) as Uint8Array);
  expect(await refused(files, answer)).toMatch(
    /^model\.safetensors: is cut short: 10 of \d+ bytes of data are missing$/,
  );
});

test("an empty file", async () => {
  expect(await refused(tinyFiles().set(WEIGHTS, new Uint8Array()))).toBe(
    "model.safetensors: has 0 bytes; a safetensors file has at least 8",
  );
});

test("a config.json of absurd size is not read", async () => {
  const files = tinyFiles().set("config.json", new Uint8Array(10_000_001));
  expect(await refused(files)).toBe("config.json: has 10000001 bytes, the most is 10000000");
  expect(await refused(files, only("config.json", chunked))).toMatch(
    /^config\.json: has at least 10000001 bytes, the most is 10000000$/,
  );
});

/** Answers from the second block on. */
const later =
  (answer: Answer): Answer =>
  (exchange) =>
    exchange.name === WEIGHTS && !exchange.request.headers.range?.startsWith("bytes=0-") && answer(exchange);
const partial =
  (contentRange: (size: number) => string, etag = '"1"'): Answer =>
  ({ bytes, response }) => {
    response.writeHead(206, { etag, "content-range": contentRange(bytes?.length as number) }).end();
    return true;
  };

const replaced: readonly [what: string, answer: Answer, problem: string][] = [
  [
    "another version",
    partial((size) => `bytes 8388608-${size - 1}/${size}`, '"2"'),
    "has changed on the server while it was read",
  ],
  ["another size", partial(() => "bytes 8388608-9999998/9999999"), "has changed on the server while it was read"],
  [
    "other bytes",
    partial((size) => `bytes 0-8388607/${size}`),
    "the server sent bytes 0 to 8388607, not those that were asked for",
  ],
  ["the whole file", whole, "cannot be read on: the server answered 200"],
  ["nothing any more", status(404), "cannot be read on: the server answered 404"],
];

test.each(FULL ? replaced : replaced.slice(0, 1))("%s in place of the second block", async (_, answer, problem) => {
  const files = await bigFiles();
  const range = `(bytes 8388608 to ${files.get(WEIGHTS)?.length})`;
  expect(await refused(files, later(answer))).toBe(`${WEIGHTS}: ${problem} ${range}`);
});

/** Not even a wrong server makes Node's or a browser's fetch deliver these. */
async function withFetch<T>(fake: typeof fetch, run: () => Promise<T>): Promise<T> {
  const real = globalThis.fetch;
  globalThis.fetch = fake;
  try {
    return await run();
  } finally {
    globalThis.fetch = real;
  }
}

const fakeFetch =
  (weights: (bytes: Uint8Array<ArrayBuffer>) => Response): typeof fetch =>
  async (url) => {
    const name = String(url).split("/").at(-1) as string;
    const bytes = tinyFiles().get(name) as Uint8Array<ArrayBuffer> | undefined;
    if (!bytes) return new Response(null, { status: 404 });
    return name === WEIGHTS ? weights(bytes) : new Response(bytes);
  };

test.each([
  ["fewer bytes than announced", 0, 10, /^model\.safetensors: is cut short: \d+ of \d+ bytes arrived$/],
  [
    "more bytes than announced",
    -10,
    0,
    /^model\.safetensors: the server sends more than the \d+ bytes that it announced$/,
  ],
  ["an absurd length", 2 ** 60, 0, /^model\.safetensors: has \d+ bytes, for which there is no memory$/],
])("a body of %s", async (_, more, missing, message) => {
  const fake = fakeFetch((bytes) => {
    const headers = { "content-length": `${bytes.length + more}` };
    return new Response(bytes.slice(0, bytes.length - missing), { headers });
  });
  await withFetch(fake, () => expect(loadModel("http://fake/m", { engine })).rejects.toThrow(message));
});

test("a config.json with fewer bytes than announced", async () => {
  const fake: typeof fetch = async (url) =>
    String(url).endsWith("/config.json") ? new Response("{", { headers: { "content-length": "9" } }) : Response.error();
  await withFetch(fake, () =>
    expect(loadModel("http://fake/m", { engine })).rejects.toThrow("config.json: is cut short: 1 of 9 bytes arrived"),
  );
});

const ofAnotherOrigin = (response: Response) => Object.defineProperty(response, "type", { value: "cors" });

/** As a page sees a compressed file of another origin: Content-Length is that of the body, Content-Encoding is hidden. */
const compressed =
  (missing = 0) =>
  (name: string): Response => {
    const bytes = tinyFiles().get(name) as Uint8Array<ArrayBuffer> | undefined;
    if (!bytes) return ofAnotherOrigin(new Response(null, { status: 404 }));
    const headers = { "content-length": `${gzipSync(bytes).length}` };
    const kept = name === WEIGHTS ? bytes.slice(0, bytes.length - missing) : bytes;
    return ofAnotherOrigin(new Response(kept, { headers }));
  };

test("compressed responses of another origin, from a function", async () => {
  expect((await loadModel(compressed(), { engine })).parameters).toEqual(parameters);
});

test("compressed responses of another origin, from a URL whose server honors ranges and hides Content-Range", async () => {
  const fake: typeof fetch = async (url, init) => {
    const name = String(url).split("/").at(-1) as string;
    const isRange = Object.hasOwn(init?.headers ?? {}, "range");
    return isRange ? ofAnotherOrigin(new Response("", { status: 206 })) : compressed()(name);
  };
  const model = await withFetch(fake, () => loadModel("http://fake/m", { engine }));
  expect(model.parameters).toEqual(parameters);
});

test("weights of another origin that are cut short are found by their header", async () => {
  await expect(loadModel(compressed(10), { engine })).rejects.toThrow(
    /^model\.safetensors: is cut short: 10 of \d+ bytes of data are missing$/,
  );
});

// Aborts

const stalled: Answer = ({ bytes, request, response }) => {
  if (!bytes) return false;
  const range = rangeOf(request, bytes.length);
  const headers = range && { "content-range": `bytes ${range.begin}-${range.end - 1}/${bytes.length}`, etag: '"1"' };
  response.writeHead(range ? 206 : 200, { "content-length": bytes.length, ...headers });
  response.write(bytes.subarray(0, -4));
  return true;
};
const stalledWhole: Answer = (exchange) => {
  delete exchange.request.headers.range;
  return stalled(exchange);
};

test.each([
  ["config.json", stalled],
  [WEIGHTS, stalled],
  [WEIGHTS, stalledWhole],
])("an abort ends a load that waits for %s, at once, and the request", async (name, answer) => {
  const controller = new AbortController();
  let ended: Promise<void> | undefined;
  const loading = load(
    tinyFiles(),
    only(name, (exchange) => {
      ended = new Promise((resolve) => exchange.response.on("close", resolve));
      setTimeout(() => controller.abort(), 20);
      return answer(exchange);
    }),
    { signal: controller.signal },
  );
  await expect(loading).rejects.toMatchObject({ name: "AbortError" });
  await ended;
});

test("an abort half-way frees what was loaded", async () => {
  const simd = createSimdEngine({ threads: 1 });
  const before = simd.memory?.availableBytes;
  const controller = new AbortController();
  const onProgress = ({ loaded, total }: LoadProgress) => loaded > total / 2 && controller.abort();
  const loading = load(await bigFiles(), whole, { engine: simd, signal: controller.signal, onProgress });
  await expect(loading).rejects.toMatchObject({ name: "AbortError" });
  expect(simd.memory?.availableBytes).toBe(before);
  simd.dispose();
});

// URLs

const advice = "give an absolute one, or in a browser one relative to the page; @tsgpt/gpt/node reads folders";

test.each(["weights/fairytales", "/models/gpt2", "", "file:///models/gpt2", "data:,x", "blob:http://host/1"])(
  "%j is not the URL of a folder",
  async (url) => {
    await expect(loadModel(url)).rejects.toThrow(
      new TypeError(`loadModel: ${JSON.stringify(url)} is not the URL of a folder; ${advice}`),
    );
  },
);

test.each([
  ["blob:", "blob:http://host/1"],
  ["file:", "file:///here/index.html"],
  ["data:", "data:text/javascript,1"],
])("in a page or worker with %s nothing is relative", async (protocol, href) => {
  vi.stubGlobal("location", { protocol, href });
  const rule = `give an absolute one with http: or https:; none is relative to a page or worker with ${protocol}`;
  await expect(loadModel("models/gpt2")).rejects.toThrow(
    new TypeError(`loadModel: "models/gpt2" is not the URL of a folder; ${rule}`),
  );
  vi.unstubAllGlobals();
});

test("a URL with a password", async () => {
  await expect(loadModel("https://me:secret@host/m")).rejects.toThrow(
    new TypeError(
      "loadModel: the URL of host has a user name or password, which fetch refuses; give a function that fetches with an Authorization header",
    ),
  );
});

test.each([
  ["/org/my%20model/", "my model"],
  ["/50%", "50%"],
  ["/org/tiny/resolve/main", "tiny"],
  ["/", "127.0.0.1:"],
])("the name of a model at %s", async (path, name) => {
  server = await serveFiles(tinyFiles());
  const model = await loadModel(new URL(path, server.url), { engine });
  expect(model.name.replace(/\d+$/, "")).toBe(name);
});
