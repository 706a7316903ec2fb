/** The digest of a run tells apart whatever changes an answer, the rounding of the kernels included. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadTokenizer } from "@tsgpt/gpt";
import { loadModel } from "@tsgpt/gpt/node";
import { createReferenceEngine, createSimdEngine, type Engine } from "@tsgpt/tensor";
import { expect, test } from "vitest";
import { digestOf, kernelsOf } from "../src/prompt/run-digest.ts";
import { fixture } from "./process.ts";

const load = async (engine: Engine, dtype: "f32" | "bf16" = "f32") => ({
  ...(await loadModel(fixture("tiny-tied"), { engine, dtype })),
  isDefault: false,
});

test("of the model, its dtype, the kernels, their rounding, and what is asked", async () => {
  const engine = createSimdEngine({ threads: 1 });
  const plain = createSimdEngine({ threads: 1, relaxed: false });
  const digests = [
    digestOf(await load(engine), { top: 5 }),
    digestOf(await load(engine), { top: 4 }),
    digestOf(await load(engine, "bf16"), { top: 5 }),
    digestOf(await load(plain), { top: 5 }),
  ];
  expect(new Set(digests).size).toBe(4);
  const withTwoThreads = digestOf(await load(createSimdEngine({ threads: 2 })), { top: 5 });
  expect(withTwoThreads).toBe(digests[0]);
});

test("of each of the weights", async () => {
  const model = await load(createReferenceEngine()); // its weights are tensors that can be written to
  const { wte, wpe, blocks, lnF } = model.parameters;
  const layers = blocks.flatMap(({ ln1, attn, ln2, mlp }) => [ln1, attn.cAttn, attn.cProj, ln2, mlp.cFc, mlp.cProj]);
  const weights = [wte, wpe, ...[...layers, lnF].flatMap(({ weight, bias }) => [weight, bias])];
  const digests = [digestOf(model)];
  for (const weight of weights) {
    const { data } = weight.toTensor();
    for (let i = 0; i < data.length; i++) data[i] = (data[i] as number) + 0.001;
    digests.push(digestOf(model));
  }
  expect(new Set(digests).size).toBe(weights.length + 1);
});

test("of the tokenizer: its tokens, their ids, the order of the merges, and the rules beside them", async () => {
  const model = await load(createReferenceEngine());
  const text = readFileSync(join(fixture("fairytales-1"), "tokenizer.json"), "utf8");
  const changed = (change: (json: TokenizerJson) => void) => {
    const json = JSON.parse(text);
    change(json);
    return digestOf({ ...model, tokenizer: loadTokenizer(JSON.stringify(json)) });
  };
  const swap = <Values extends object>(values: Values, a: keyof Values, b: keyof Values) => {
    [values[a], values[b]] = [values[b], values[a]];
  };
  const unchanged = changed(() => {});
  const digests = [
    digestOf(model),
    unchanged,
    changed(({ model: { vocab } }) => swap(vocab, "\u0120king", "\u0120wolf")),
    changed(({ model: { merges } }) => swap(merges, 1, 2)),
    changed(({ model: { merges } }) => swap(merges, 100, 3000)),
    changed((json) => (json.pre_tokenizer.add_prefix_space = true)),
    changed(({ added_tokens: tokens }) => tokens.push({ ...tokens[0], id: 4096, content: "<|more|>" })),
  ];
  expect(new Set(digests).size).toBe(digests.length);
  expect(changed(() => {})).toBe(unchanged);
});

/** What the test changes of a tokenizer.json. */
interface TokenizerJson {
  readonly model: { readonly vocab: Record<string, number>; readonly merges: unknown[] };
  readonly pre_tokenizer: { add_prefix_space: boolean };
  readonly added_tokens: object[];
}

test("kernels are named by their rounding", () => {
  expect(kernelsOf({ kernelSet: "simd", relaxed: true })).toBe("simd");
  expect(kernelsOf({ kernelSet: "simd", relaxed: false })).toBe("simd, without relaxed multiply-add");
  expect(kernelsOf({ kernelSet: "reference" })).toBe("reference");
});
