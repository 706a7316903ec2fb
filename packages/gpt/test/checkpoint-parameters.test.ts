import { referenceEngine } from "@tsgpt/tensor";
import { expect, test } from "vitest";
import { loadParameters } from "../src/checkpoint/parameters.ts";
import type { LoadProgress } from "../src/checkpoint/tensor-reader.ts";
import type { TensorToWrite } from "../src/checkpoint/write-safetensors.ts";
import { checkpointOf, config, floats, tinyTensors } from "./tiny-checkpoint.ts";

const untied = { ...config, tieWordEmbeddings: false };
const load = async (tensors: Map<string, TensorToWrite>, asked = config) =>
  loadParameters(await checkpointOf(tensors), asked, referenceEngine);

test("every parameter goes to its place", async () => {
  const stored = tinyTensors();
  const { wte, wpe, blocks, lnF } = await load(stored);
  const [first, second] = blocks as [(typeof blocks)[0], (typeof blocks)[0]];
  const parts = (block: typeof first) => {
    const { ln1, attn, ln2, mlp } = block;
    return [ln1, attn.cAttn, attn.cProj, ln2, mlp.cFc, mlp.cProj].flatMap(({ weight, bias }) => [weight, bias]);
  };
  const loaded = [wte, wpe, ...parts(first), ...parts(second), lnF.weight, lnF.bias].map((weight) => weight.toTensor());
  expect(loaded.map(({ shape, data }) => ({ shape, data }))).toEqual(
    [...stored.values()].map(({ shape, data }) => ({ shape, data })),
  );
});

test("the prefix transformer. changes nothing", async () => {
  expect(await load(tinyTensors("transformer."))).toEqual(await load(tinyTensors()));
});

test("tied: the head is wte itself", async () => {
  const { wte, lmHead } = await load(tinyTensors());
  expect(lmHead).toBe(wte);
});

test("tied: an lm_head.weight that differs is not read, because the config decides", async () => {
  const { wte, lmHead } = await load(tinyTensors("transformer.").set("lm_head.weight", floats([7, 4], 100)));
  expect(lmHead).toBe(wte);
});

test("untied: the head is lm_head.weight, which has no prefix", async () => {
  const { lmHead } = await load(tinyTensors("transformer.").set("lm_head.weight", floats([7, 4], 100)), untied);
  expect(lmHead.row(0).toArray()).toEqual([...new Float32Array([100, 100.001, 100.002, 100.003])]);
});

test("untied without lm_head.weight is an error", async () => {
  await expect(load(tinyTensors(), untied)).rejects.toThrow(
    'model.safetensors: tensor "lm_head.weight" is missing; it holds 28 tensors: "wte.weight", "wpe.weight", "h.0.ln_1.weight", ...',
  );
});

test.each(["", "transformer."])("mask buffers under prefix %j are ignored", async (prefix) => {
  const tensors = tinyTensors(prefix);
  tensors.set(`${prefix}h.0.attn.bias`, { dtype: "BOOL", shape: [1, 1, 2, 2], data: new Uint8Array(4) });
  tensors.set(`${prefix}h.1.attn.masked_bias`, floats([]));
  expect(await load(tensors)).toEqual(await load(tinyTensors()));
});

test("F16 and BF16 are widened: 1.5 is 0x3e00 and 0x3fc0", async () => {
  const bits = (dtype: "F16" | "BF16", value: number) => ({ dtype, shape: [4], data: new Uint16Array(4).fill(value) });
  const { lnF } = await load(
    tinyTensors().set("ln_f.weight", bits("F16", 0x3e00)).set("ln_f.bias", bits("BF16", 0x3fc0)),
  );
  expect([lnF.weight.toArray(), lnF.bias.toArray()]).toEqual([Array(4).fill(1.5), Array(4).fill(1.5)]);
});

test("NaN weights load", async () => {
  const { lnF } = await load(
    tinyTensors().set("ln_f.bias", { dtype: "F32", shape: [4], data: new Float32Array(4).fill(Number.NaN) }),
  );
  expect(lnF.bias.toArray()).toEqual(Array(4).fill(Number.NaN));
});

test("a missing tensor is named", async () => {
  const tensors = tinyTensors("transformer.");
  tensors.delete("transformer.h.1.mlp.c_fc.bias");
  await expect(load(tensors)).rejects.toThrow(
    'tensor "transformer.h.1.mlp.c_fc.bias" is missing; it holds 27 tensors: ',
  );
});

test("a checkpoint without tensors says so", async () => {
  await expect(load(new Map())).rejects.toThrow('tensor "wte.weight" is missing; the checkpoint holds no tensors');
});

test.each([
  ["wte.weight", [8, 4], "(vocab_size 7, n_embd 4) asks for [7, 4]"],
  ["wpe.weight", [6, 4], "(n_positions 5, n_embd 4) asks for [5, 4]"],
  ["h.0.ln_1.bias", [5], "(n_embd 4) asks for [4]"],
  ["h.1.attn.c_attn.weight", [5, 12], "(n_embd 4) asks for [4, 12]"],
  ["h.1.mlp.c_proj.weight", [8, 4], "(n_embd 4, n_inner 16) asks for [16, 4]"],
])("a wrong shape of %s names file, tensor, expected and got", async (name, shape, asked) => {
  await expect(load(tinyTensors().set(name, floats(shape)))).rejects.toThrow(
    `model.safetensors: tensor "${name}" is [${shape.join(", ")}], config.json ${asked}`,
  );
});

test("a weight stored [out, in] is recognized", async () => {
  await expect(load(tinyTensors().set("h.0.mlp.c_fc.weight", floats([16, 4])))).rejects.toThrow(
    "asks for [4, 16]; it looks transposed, GPT-2 stores Conv1D weights as [in, out]",
  );
});

test("a dtype that is no weight's is named", async () => {
  const tensors = tinyTensors().set("ln_f.bias", { dtype: "I64", shape: [4], data: new BigInt64Array(4) });
  await expect(load(tensors)).rejects.toThrow('tensor "ln_f.bias" is I64; weights are read from F32, F16, BF16, F64');
});

test.each(["h.2.ln_1.weight", "h.0.crossattention.c_attn.weight", "transformer_wte.weight"])(
  "the unknown tensor %s is an error, not ignored",
  async (name) => {
    await expect(load(tinyTensors().set(name, floats([4])))).rejects.toThrow(
      `tensor "${name}" belongs to no GPT-2 of 2 layers (config.json)`,
    );
  },
);

test("a tensor that is there with the prefix and without is refused", async () => {
  await expect(load(tinyTensors("transformer.").set("wte.weight", floats([7, 4])))).rejects.toThrow(
    'tensor "wte.weight" is there as "transformer.wte.weight" too: which counts?',
  );
});

test("progress ends at the bytes of all parameters, ignored tensors not counted", async () => {
  const tensors = tinyTensors();
  const total = [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  const seen: number[][] = [];
  const onProgress = ({ loaded, total }: LoadProgress) => void seen.push([loaded, total]);
  const checkpoint = await checkpointOf(tensors.set("h.0.attn.masked_bias", floats([])));
  await loadParameters(checkpoint, config, referenceEngine, { onProgress });
  expect(seen).toHaveLength(28);
  expect(seen.at(-1)).toEqual([total, total]);
  expect(seen.every(([loaded], i) => i === 0 || loaded > seen[i - 1][0])).toBe(true);
});

test("an abort stops before the next read, with the signal's reason", async () => {
  const controller = new AbortController();
  let reads = 0;
  const onProgress = () => {
    if (++reads === 3) controller.abort(new Error("enough"));
  };
  const loading = loadParameters(await checkpointOf(tinyTensors()), config, referenceEngine, {
    signal: controller.signal,
    onProgress,
  });
  await expect(loading).rejects.toThrow("enough");
  expect(reads).toBe(3);
});
