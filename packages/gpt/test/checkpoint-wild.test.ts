/**
 * Checkpoints as other tools write them, made from a fixture: each loads, and gives the logits that transformers gives on the fixture
 * (tools/reference), for from_pretrained of transformers 5.18 finds nothing missing in any of them.
 */

import { referenceEngine, Tensor } from "@tsgpt/tensor";
import { expect, test } from "vitest";
import { memorySource } from "../src/checkpoint/byte-source.ts";
import { type Checkpoint, shardedCheckpoint, singleFileCheckpoint } from "../src/checkpoint/checkpoint.ts";
import { convertCheckpoint } from "../src/checkpoint/convert.ts";
import { loadParameters } from "../src/checkpoint/parameters.ts";
import { type ReadTensor, readTensors } from "../src/checkpoint/read-tensors.ts";
import { namesIn, summarize } from "../src/checkpoint/summary.ts";
import type { LoadProgress } from "../src/checkpoint/tensor-reader.ts";
import type { TensorToWrite } from "../src/checkpoint/write-safetensors.ts";
import { parseConfig } from "../src/config/config.ts";
import { CheckpointError } from "../src/errors.ts";
import { forward } from "../src/model.ts";
import { readBytes } from "./fixture-files.ts";
import { fileBytes, floats } from "./tiny-checkpoint.ts";

const TIED = "packages/gpt/test/fixtures/tiny-tied";
const PREFIX = "transformer.";

type Tensors = Map<string, TensorToWrite>;

const readAll = async (file: string) => readTensors(memorySource(file, await readBytes(`${TIED}/${file}`)));
const config = parseConfig(new TextDecoder().decode(await readBytes(`${TIED}/config.json`)));
const reference = await readAll("reference.safetensors");
const ids = [...(reference.get("ids") as ReadTensor).data];
const expected = (() => {
  const { data, shape } = reference.get("logits") as ReadTensor;
  return new Tensor(Float32Array.from(data), shape);
})();

const stored: readonly (readonly [string, TensorToWrite])[] = [...(await readAll("model.safetensors"))].map(
  ([name, { shape, data }]) => [name, { dtype: "F32", shape, data: Float32Array.from(data) }],
);

const bare = (name: string) => name.replace(PREFIX, "");
const renamed = (rename: (name: string, index: number) => string): Tensors =>
  new Map(stored.map(([name, tensor], i) => [rename(name, i), tensor]));
const asHead = (name: string) => (bare(name) === "wte.weight" ? "lm_head.weight" : name);
const inOneFile = (tensors: Iterable<readonly [string, TensorToWrite]>) =>
  singleFileCheckpoint(memorySource("model.safetensors", fileBytes(tensors)));

/** Every third tensor in a shard; `named` says which of them the index names. */
async function inShards(tensors: Tensors, named = (_name: string) => true): Promise<Checkpoint> {
  const shards = ["a.safetensors", "b.safetensors", "c.safetensors"];
  const shardOf = new Map([...tensors.keys()].map((name, i) => [name, shards[i % 3] as string]));
  const weightMap = Object.fromEntries([...shardOf].filter(([name]) => named(name)));
  const text = JSON.stringify({ metadata: { total_size: 19248.5 }, weight_map: weightMap });
  return shardedCheckpoint({ name: "index", text }, async (shard) =>
    memorySource(shard, fileBytes([...tensors].filter(([name]) => shardOf.get(name) === shard))),
  );
}

async function expectLogits(checkpoint: Checkpoint): Promise<void> {
  const parameters = await loadParameters(checkpoint, config, referenceEngine);
  const model = { name: "wild", config, parameters, engine: referenceEngine, tokenizer: undefined };
  expect(forward(model, ids)).toBeCloseToTensor(expected, { atol: 5e-6, rtol: 1e-6 });
}

const wild: readonly (readonly [string, Tensors])[] = [
  ["tied, under lm_head.weight alone, as safetensors.torch.save_model writes it", renamed(asHead)],
  ["the same without the prefix", renamed((name) => asHead(bare(name)))],
  ["the head with the prefix too", renamed((name) => asHead(name).replace("lm_head", `${PREFIX}lm_head`))],
  ["half of the names with the prefix, half without", renamed((name, i) => (i % 2 === 0 ? name : bare(name)))],
];

test.each(wild)("in one file: %s", async (_, tensors) => {
  await expectLogits(await inOneFile(tensors));
});

test.each(wild)("in shards: %s", async (_, tensors) => {
  await expectLogits(await inShards(tensors));
});

test.each(wild)("is summed up and converted: %s", async (_, tensors) => {
  const checkpoint = await inOneFile(tensors);
  expect(summarize(checkpoint, config)).toEqual({ parameters: 6696, dtypes: { F32: 6696 }, bytes: 4 * 6696 });
  expect(namesIn(checkpoint, config).sort()).toEqual([...tensors.keys()].sort());
  await expectLogits(await converted(checkpoint));
});

async function converted(checkpoint: Checkpoint): Promise<Checkpoint> {
  const file: number[] = [];
  await convertCheckpoint(checkpoint, config, "f32", async (position, bytes) => {
    for (const [i, byte] of bytes.entries()) file[position + i] = byte;
  });
  return singleFileCheckpoint(memorySource("model.safetensors", Uint8Array.from(file)));
}

test("tensors of the shards that the index does not name are read where they are needed, and may be anything else", async () => {
  const tensors = renamed((name) => name)
    .set("transformer.h.9.x", floats([1]))
    .set("v_head.weight", floats([1]));
  const isNamed = (name: string) => !/wpe|ln_f|h\.9|v_head/.test(name);
  await expectLogits(await inShards(tensors, isNamed));
});

test("a tensor that the index names counts before one with the prefix that it does not name", async () => {
  const tensors = renamed(bare).set("transformer.wpe.weight", floats([24, 12], 100));
  await expectLogits(await inShards(tensors, (name) => !name.startsWith(PREFIX)));
});

const doubles = (): Tensors =>
  new Map(
    stored.map(([name, { shape, data }]) => [
      name,
      { dtype: "F64", shape, data: Float64Array.from(data as Float32Array) },
    ]),
  );

test("F64 is narrowed, with a note and progress over the file's bytes", async () => {
  const checkpoint = await inOneFile(doubles());
  const [notes, progress]: [string[], number[][]] = [[], []];
  const onProgress = ({ loaded, total }: LoadProgress) => void progress.push([loaded, total]);
  await loadParameters(checkpoint, config, referenceEngine, { onNote: (note) => void notes.push(note), onProgress });
  expect(notes).toEqual(["model.safetensors: 40 of 40 tensors are F64, narrowed to F32"]);
  expect(progress.at(-1)).toEqual([8 * 6696, 8 * 6696]);
  await expectLogits(checkpoint);
});

test("F64 is summed up as what it is, and converted to F32", async () => {
  const checkpoint = await inOneFile(doubles());
  expect(summarize(checkpoint, config)).toEqual({ parameters: 6696, dtypes: { F64: 6696 }, bytes: 8 * 6696 });
  const written = await converted(checkpoint);
  expect([...written.tensors.values()].every(({ dtype }) => dtype === "F32")).toBe(true);
  await expectLogits(written);
});

test("F64 is rounded to the nearest float32, a tie to even", async () => {
  const values = [1 + 2 ** -24, 1 + 3 * 2 ** -24, 1e-50, -0.1, ...new Array(8).fill(0)];
  const tensors = doubles().set(`${PREFIX}ln_f.bias`, { dtype: "F64", shape: [12], data: Float64Array.from(values) });
  const { lnF } = await loadParameters(await inOneFile(tensors), config, referenceEngine);
  expect([...lnF.bias.data.subarray(0, 4)]).toEqual([1, 1 + 2 ** -22, 0, Math.fround(-0.1)]);
});

test("a double that no float32 is near is refused by name", async () => {
  const data = new Float64Array(12).fill(1e300);
  const tensors = doubles().set(`${PREFIX}ln_f.bias`, { dtype: "F64", shape: [12], data });
  await expect(loadParameters(await inOneFile(tensors), config, referenceEngine)).rejects.toThrow(
    'model.safetensors: tensor "transformer.ln_f.bias" holds 1e+300, which is beyond float32',
  );
});

test.each([
  ["v_head.summary.weight", "the value head of a model trained by reinforcement (TRL)"],
  ["transformer.score.weight", "the head of GPT2ForSequenceClassification"],
  ["classifier.bias", "the head of GPT2ForTokenClassification"],
  ["qa_outputs.weight", "the head of GPT2ForQuestionAnswering"],
  ["multiple_choice_head.summary.weight", "the second head of GPT2DoubleHeadsModel"],
])("%s is refused by name", async (name, what) => {
  const tensors = renamed((stored) => stored).set(name, floats([1, 12]));
  await expect(loadParameters(await inOneFile(tensors), config, referenceEngine)).rejects.toThrow(
    `model.safetensors: tensor "${name}" is ${what}; only language models are read: save the model as a GPT2LMHeadModel`,
  );
});

const SAVE = "save the GPT2LMHeadModel that is wrapped";
test.each<[string, (name: string) => string, string, string]>([
  ["module.", (name) => `module.${name}`, "", `; names begin with "module.": ${SAVE}`],
  ["model.", (name) => `model.${bare(name)}`, "", `; names begin with "model.": ${SAVE}`],
  [
    "pretrained_model.",
    (name) => `pretrained_model.${name}`,
    "v_head.summary.weight",
    `; names begin with "pretrained_model.", and "v_head.summary.weight" is the value head of a model trained by reinforcement (TRL): ${SAVE}`,
  ],
  [
    "module.pretrained_model.",
    (name) => `module.pretrained_model.${name}`,
    "module.v_head.summary.weight",
    `; names begin with "module.pretrained_model.", and "module.v_head.summary.weight" is the value head of a model trained by reinforcement (TRL): ${SAVE}`,
  ],
])("a prefix %s, and the head beside it, are named where a tensor is missing", async (_, rename, head, hint) => {
  const tensors = renamed(rename);
  if (head !== "") tensors.set(head, floats([1, 12]));
  const error = await loadParameters(await inOneFile(tensors), config, referenceEngine).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(CheckpointError);
  expect(error.message).toMatch(/^model.safetensors: tensor "wte.weight" is missing; it holds 4\d tensors: /);
  expect(error.message.endsWith(hint)).toBe(true);
});

test("untied, the embedding cannot be the head", async () => {
  const checkpoint = await inOneFile(renamed(asHead));
  const untied = { ...config, tieWordEmbeddings: false };
  await expect(loadParameters(checkpoint, untied, referenceEngine)).rejects.toThrow(
    'tensor "transformer.wte.weight" is missing',
  );
});
