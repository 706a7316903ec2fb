/**
 * Room for a multiplication and an addition in a module with a relaxed multiply-add, and what is written there. The
 * module is written out by hand, after https://webassembly.github.io/spec/core/binary/modules.html.
 */
import { expect, test } from "vitest";
import { withRoom } from "../relaxed-room.js";
import { withoutRelaxedSimd } from "../src/kernels/simd/without-relaxed.ts";

const V128 = 0x7b;
const I32 = 0x7f;
const MADD = [0xfd, 0x85, 2] as const;
const DOT_ADD = [0xfd, 0x93, 2] as const;
const load = (local: number) => [0x20, local, 0xfd, 9, 2, 0]; // local.get, v128.load32_splat
const THREE_LOADS = [...load(1), ...load(2), ...load(3)];
const STORE = [0xfd, 11, 4, 0];
const END = 0x0b;

/** A module of one function "f" of four addresses, which imports the memory "e" "m". */
function moduleOf(locals: readonly number[], code: readonly number[]): Buffer {
  const body = [...locals, ...code, END];
  const sections = [
    [1, 8, 1, 0x60, 4, I32, I32, I32, I32, 0],
    [2, 8, 1, 1, 0x65, 1, 0x6d, 2, 0, 1],
    [3, 2, 1, 0],
    [7, 5, 1, 1, 0x66, 0, 0],
    [10, body.length + 2, 1, body.length, ...body],
  ];
  return Buffer.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat());
}

/** *a0 = *a1 * *a2 + *a3, of float32. */
const madd = moduleOf([0], [0x20, 0, ...THREE_LOADS, ...MADD, ...STORE]);

/** What the function gives for 1 + 2^-12, itself, and -(1 + 2^-11): 2^-24 if it rounds once, and 0 if twice. */
function run(bytes: Uint8Array<ArrayBuffer>): number {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const numbers = new Float32Array(memory.buffer);
  numbers.set([1 + 2 ** -12, 1 + 2 ** -12, -(1 + 2 ** -11)], 4);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { e: { m: memory } });
  (instance.exports["f"] as (...addresses: number[]) => void)(0, 16, 20, 24);
  return numbers[0] as number;
}

test("a multiplication and an addition, which round twice, take the place of a multiply-add", () => {
  const plain = withoutRelaxedSimd(withRoom(madd, 1));
  expect(WebAssembly.validate(plain)).toBe(true);
  expect(run(plain)).toBe(0);
});

test("the variable between them comes after the parameters and the variables that a function has", () => {
  const bytes = withRoom(moduleOf([2, 2, I32, 1, V128], [0x20, 0, ...THREE_LOADS, ...MADD, ...STORE]), 1);
  const local = 4 + 2 + 1;
  expect([...bytes]).toEqual([
    ...moduleOf(
      [3, 2, I32, 1, V128, 1, V128],
      [0x20, 0, ...THREE_LOADS, ...MADD, 0x20, local, 0x1a, 1, 1, 1, 1, ...STORE],
    ),
  ]);
  expect(run(withoutRelaxedSimd(bytes))).toBe(0);
});

test("a dot product of relaxed SIMD traps", () => {
  const dots = moduleOf([0], [0x20, 0, ...THREE_LOADS, ...DOT_ADD, ...STORE]);
  expect(() => run(withoutRelaxedSimd(withRoom(dots, 0)))).toThrow(WebAssembly.RuntimeError);
});

test("a function without multiply-adds is as it was", () => {
  const bytes = moduleOf([0], [0x20, 0, ...load(1), ...STORE]);
  expect([...withoutRelaxedSimd(withRoom(bytes, 0))]).toEqual([...bytes]);
});

test("bytes of a multiply-add that is none are an error", () => {
  expect(() => withRoom(madd, 0)).toThrow("1 times the bytes of a multiply-add, must be 0");
});

test("a variable that does not fit into the room is an error", () => {
  const bytes = moduleOf([1, 124, I32], [0x20, 0, ...THREE_LOADS, ...MADD, ...STORE]);
  expect(() => withRoom(bytes, 1)).toThrow("a function with multiply-adds has 128 variables, at most 127 may be");
});
