/** A number that names no dtype traps in every kernel that reads one: it is not taken for bf16, and nothing stays 0. */
import { afterAll, expect, test } from "vitest";
import { BF16, F16, F32, I8 } from "../src/kernels/simd/constants.ts";
import { EngineMemory } from "../src/kernels/simd/memory.ts";
import { compileKernels, type KernelModule } from "../src/kernels/simd/module.ts";
import { Pool } from "../src/kernels/simd/threads/pool.ts";

const NONE = Math.max(F32, F16, BF16, I8) + 1;
const AT = 131_072; // byte address that nothing else uses

const start = () => ({ terminate: () => {} });
const memory = new EngineMemory();
const pool = new Pool(compileKernels() as KernelModule, memory, 1, { start, patience: 300 });
memory.allocate(1 << 20);
afterAll(() => pool.dispose());

const { linear, packInputs, packOutputs, packInputsInt8, packOutputsInt8, columnPeaks, rowPeaks } = pool.jobs;
const product = (m: number) =>
  linear
    .out(AT)
    .x(AT)
    .weight(AT)
    .bias(0)
    .m(m)
    .k(8)
    .n(32)
    .dtype(NONE)
    .scratch(2 * AT);
const pack = (from: number, to: number) => packInputs.packed(AT).bytes(AT).from(from).to(to).row(0).count(4).k(4).n(32);
const packRows = (from: number, to: number) => packOutputs.packed(AT).bytes(AT).from(from).to(to).row(0).count(32).k(4);

test.each([
  ["a product of one row", () => product(1).run(1, 1)],
  ["a product of many rows", () => product(40).run(1, 1)],
  ["a lookup", () => pool.exports.embedding(AT, AT, AT, 1, 8, NONE, 0)],
  ["a vector", () => pool.exports.widen(AT, AT, NONE, 0, 4)],
  ["packing from it", () => pack(NONE, F32).run(1, 1)],
  ["packing to it", () => pack(F32, NONE).run(1, 1)],
  ["packing rows from it", () => packRows(NONE, F32).run(1, 1)],
  ["packing rows to it", () => packRows(F32, NONE).run(1, 1)],
  ["int8 as floats", () => pack(I8, F32).run(1, 1)],
  ["int8 from it", () => packInputsInt8.packed(AT).scales(AT).bytes(AT).from(NONE).row(0).count(4).k(4).n(8).run(1, 1)],
  ["int8 rows from it", () => packOutputsInt8.packed(AT).scales(AT).bytes(AT).from(NONE).count(8).k(4).run(1, 1)],
  ["peaks of columns", () => columnPeaks.peaks(AT).bytes(AT).from(NONE).count(4).n(8).run(8, 8)],
  ["peaks of rows", () => rowPeaks.peaks(AT).bytes(AT).from(NONE).k(4).run(4, 4)],
])("%s of a dtype that is none traps", (_, run) => {
  expect(run).toThrow(WebAssembly.RuntimeError);
});
