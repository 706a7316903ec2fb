import {
  createReferenceEngine,
  matmul,
  referenceEngine,
  type StoredDtype,
  Tensor,
  type WeightSource,
} from "@tsgpt/tensor";
import { describe, expect, test } from "vitest";
import { engines, weightOn } from "./engines.ts";

const MEBIBYTE = 2 ** 20;

/** Element i of a source is i modulo 256, a value that F32, F16 and BF16 all hold exactly. */
const element = (i: number): number => i % 256;

const upperHalf = (value: number): number => new Uint32Array(Float32Array.of(value).buffer)[0] >>> 16;

/** F16 of a whole number from 0 to 255: 2^e * (1 + f), so that (e + 15) << 10 | f * 1024. */
function halfOf(value: number): number {
  if (value === 0) return 0;
  const exponent = 31 - Math.clz32(value);
  return ((exponent + 15) << 10) | ((value / 2 ** exponent - 1) * 1024);
}

function writeElement(view: DataView, at: number, dtype: StoredDtype, value: number): void {
  if (dtype === "F32") view.setFloat32(at, value, true);
  else view.setUint16(at, dtype === "F16" ? halfOf(value) : upperHalf(value), true);
}

/** A source that makes its bytes up when asked, and notes each read. */
function countingSource(dtype: StoredDtype, shape: number[]): WeightSource & { reads: [number, number][] } {
  const size = dtype === "F32" ? 4 : 2;
  const reads: [number, number][] = [];
  const period = new Uint8Array(256 * size); // the bytes of elements 0 to 255, which repeat
  for (let i = 0; i < 256; i++) writeElement(new DataView(period.buffer), i * size, dtype, element(i));
  const read = async (offset: number, into: Uint8Array) => {
    reads.push([offset, into.length]);
    for (let at = 0; at < into.length; at += period.length - ((offset + at) % period.length)) {
      into.set(period.subarray((offset + at) % period.length).subarray(0, into.length - at), at);
    }
  };
  return { shape, dtype, reads, read };
}

describe.each(engines)("$name", ({ engine }) => {
  test.each(["F32", "F16", "BF16"] as const)(
    "loads %s beyond one staging buffer, every element in its place",
    async (dtype) => {
      const rows = dtype === "F32" ? 1025 : 2049; // a row of 1024 elements above 4 MiB
      const source = countingSource(dtype, [rows, 1024]);
      const weight = await engine.loadWeight(source, "linear");
      expect(weight.shape).toEqual([rows, 1024]);
      expect(weight.toTensor().data.findIndex((value, i) => value !== element(i))).toBe(-1);
    },
  );

  test("a weight's row is that row, in float32", async () => {
    const weight = await weightOn(
      engine,
      [
        [1, 2],
        [3, 4],
      ],
      "embedding",
    );
    expect(weight.row(1).toArray()).toEqual([3, 4]);
  });

  test("a weight without elements is loaded without a read", async () => {
    const source = countingSource("F32", [0, 4]);
    expect((await engine.loadWeight(source, "linear")).shape).toEqual([0, 4]);
    expect(source.reads).toEqual([]);
  });

  test("a source that fails makes loading fail with its error", async () => {
    const read = () => Promise.reject(new Error("the disk is gone"));
    await expect(engine.loadWeight({ shape: [1], dtype: "F32", read }, "vector")).rejects.toThrow("the disk is gone");
  });

  test("allocate gives zeros that are the caller's own", () => {
    const first = engine.allocate([2]);
    first.data.fill(7);
    expect(engine.allocate([2]).toArray()).toEqual([0, 0]);
  });

  test("an arena that was given back is taken again; two taken at once are two", () => {
    const [first, second] = [engine.takeArena(), engine.takeArena()];
    expect(second).not.toBe(first);
    engine.giveArena(first);
    expect(engine.takeArena()).toBe(first);
    engine.giveArena(first);
    engine.giveArena(second);
  });

  test("an arena given back begins at its first slot again", () => {
    const arena = engine.takeArena();
    const slot = arena.allocate([3]);
    engine.giveArena(arena);
    const again = engine.takeArena();
    expect(again.allocate([3])).toBe(slot);
    engine.giveArena(again);
  });
});

test("the reference engine reads in pieces of at most 4 MiB, in order, without a gap", async () => {
  const source = countingSource("F16", [2049, 1024]);
  await createReferenceEngine().loadWeight(source, "linear");
  expect(source.reads).toEqual([
    [0, 4 * MEBIBYTE],
    [4 * MEBIBYTE, 2048],
  ]);
});

test("arenaBytes is the scratch of all arenas, in use or idle; dispose gives it back, twice is once", () => {
  const engine = createReferenceEngine();
  const arena = engine.takeArena();
  arena.allocate([10]);
  expect(engine.arenaBytes).toBe(40);
  engine.giveArena(arena);
  expect(engine.arenaBytes).toBe(40);
  engine.dispose();
  engine.dispose();
  expect(engine.arenaBytes).toBe(0);
});

test("an arena as backend: the result of an operation is its next slot", () => {
  const arena = referenceEngine.takeArena();
  const identity = Tensor.from([
    [1, 0],
    [0, 1],
  ]);
  const product = matmul(identity, identity, arena);
  arena.release(0);
  expect(arena.allocate([2, 2])).toBe(product);
  referenceEngine.giveArena(arena);
});

test("the reference engine says what it is", () => {
  expect([referenceEngine.kernelSet, referenceEngine.threads]).toEqual(["reference", 1]);
});
