/** What fuzzing begins with: a small file of every dtype, and files that Python's safetensors wrote. */
import { readFileSync } from "node:fs";
import { BITS, type Dtype } from "../../src/checkpoint/safetensors.ts";
import { fileBytes } from "../tiny-checkpoint.ts";

const FIXTURES = ["tiny-sharded/model-00004-of-00004", "tiny-sharded/model-00003-of-00004", "tiny-f16/model"];

const small = (Object.keys(BITS) as Dtype[]).map((dtype) =>
  fileBytes([
    ["a", { dtype, shape: [2, 4], data: new Uint8Array(BITS[dtype]) }],
    ["b", { dtype: "F32", shape: [1], data: new Float32Array(1) }],
    ["none", { dtype: "I64", shape: [0, 3], data: new Uint8Array(0) }],
  ]),
);

export const fuzzFiles: readonly Uint8Array[] = [
  ...small,
  ...FIXTURES.map((name) => {
    return new Uint8Array(readFileSync(new URL(`../fixtures/${name}.safetensors`, import.meta.url)));
  }),
];
