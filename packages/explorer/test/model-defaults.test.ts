/** A bundled model's own sampling defaults: the chain and the ids of the command line, in every dialect. */
import { readFileSync } from "node:fs";
import { type GenerationConfig, generate, type Model, parseGenerationConfig } from "@tsgpt/gpt";
import { type ChainFlags, dialects } from "@tsgpt/sampling";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withModelDefaults } from "../../cli/src/generate/model-defaults.ts";
import { resolveChain } from "../../cli/src/options/resolve-chain.ts";
import { type FileServer, serveFiles } from "../../gpt/test/file-server.ts";
import { createClient } from "../src/client.ts";
import { drawDefaultsOf } from "../src/model-defaults.ts";
import type { ModelPlace } from "../src/protocol/model.ts";
import type { TextChange } from "../src/protocol/text.ts";
import { createAnswerer } from "../src/worker/answer.ts";
import { chainOf } from "../src/worker/chain.ts";
import { createHandlers } from "../src/worker/handlers.ts";
import { loadFixtureModel } from "./fixture-model.ts";

const KEYS = { do_sample: true, temperature: 0.7, top_p: 0.8, typical_p: 2, epsilon_cutoff: 1 };
const PENALTIES = { repetition_penalty: 1.5, no_repeat_ngram_size: 2 }; // which only hf takes, and not in the page

/** Options beside which the defaults do something else. */
const TYPED: readonly (ChainFlags & { readonly greedy?: true })[] = [
  {},
  { topP: 1 },
  { temperature: 1.5, topK: 3 },
  { greedy: true },
  { mirostatTau: 3 },
  { mirostatTau: 0 },
  { mirostatEta: 0.2 },
  { frequencyPenalty: 1.5 },
];

let model: Model;
beforeAll(async () => {
  model = await loadFixtureModel();
});
afterAll(() => model.engine.dispose());

const generationOf = (keys: object): GenerationConfig => parseGenerationConfig(JSON.stringify(keys));

describe.each(dialects)("in %s", (dialect) => {
  test.each(TYPED)("beside %j the chain is that of tsgpt generate", (typed) => {
    const generation = generationOf(dialect === "hf" ? KEYS : { ...KEYS, ...PENALTIES });
    const page = chainOf({ ...model, drawDefaults: drawDefaultsOf(generation) }, { dialect, ...typed });
    const inCli = { ...model, generation, isDefault: true };
    const { flags } = withModelDefaults({ dialect, cache: true, ...typed }, inCli, "sample", 3);
    expect(page).toEqual(resolveChain(flags, model, 3, { defaults: true }));
  });
});

describe("a model that is loaded", () => {
  const folder = new URL("../../gpt/test/fixtures/fairytales-1/", import.meta.url);
  const files = new Map(
    ["config.json", "model.safetensors", "tokenizer.json"].map((name) => [name, readFileSync(new URL(name, folder))]),
  );
  files.set("generation_config.json", Buffer.from(JSON.stringify({ temperature: 0.01 })));
  let server: FileServer;
  beforeAll(async () => {
    server = await serveFiles(files);
  });
  afterAll(() => server.close());

  /** What it says of itself, and the text that it gives without any option but the dialect. */
  async function loaded(place: ModelPlace) {
    const client = createClient((message) => void answer(structuredClone(message)));
    const answer = createAnswerer(createHandlers(), (message, transfer) =>
      client.receive(structuredClone(message, { transfer })),
    );
    const { drawDefaults } = await client.ask("load", place);
    await client.ask("open", { prompt: "Once upon a time", seed: 7, sampling: { dialect: "openai" } });
    const ids: number[] = [];
    const take = ({ added }: TextChange) => void ids.push(...added.map(({ id }) => id));
    take((await client.ask("run", { maxTokens: 6 }, { onProgress: take })).change);
    return { drawDefaults, ids };
  }

  test("from a URL draws as its generation config says, from a folder as the dialect has it", async () => {
    const picked = [...files].map(([name, bytes]) => ({ path: `model/${name}`, file: new File([bytes], name) }));
    const [bundled, own] = [await loaded({ url: server.url }), await loaded({ files: picked })];
    expect(bundled.drawDefaults).toEqual({ temperature: 0.01 });
    expect(own.drawDefaults).toEqual({});
    const ids = [...model.tokenizer!.encode("Once upon a time")];
    const greedy: number[] = []; // at temperature 0.01 the draw is the most probable token
    const sample = (logits: Float32Array) => logits.indexOf(Math.max(...logits));
    for await (const { id } of generate(model, ids, { sample, maxTokens: 6 })) greedy.push(id);
    expect(bundled.ids).toEqual(greedy);
    expect(own.ids).not.toEqual(greedy);
  });
});
