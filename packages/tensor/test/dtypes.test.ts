/** Weights kept in f16, bf16 and int8: every engine against the reference, which has the same stored numbers and plain loops. */
import {
  createReferenceEngine,
  createSimdEngine,
  type Engine,
  embedding,
  linear,
  matmulTransposed,
  referenceEngine,
  Tensor,
  type Weight,
  type WeightDtype,
  type WeightSource,
} from "@tsgpt/tensor";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { sample } from "../../../test/setup/sample.ts";
import { float32Source, weightOn } from "./engines.ts";
import { noise } from "./noise.ts";

const reference = createReferenceEngine();
const fast = [
  { name: "simd, 1 thread", engine: createSimdEngine({ threads: 1 }) },
  { name: "simd, 2 threads", engine: createSimdEngine({ threads: 2 }) },
  { name: "simd, plain, 1 thread", engine: createSimdEngine({ threads: 1, relaxed: false }) },
];
afterAll(() => {
  for (const { engine } of fast) engine.dispose();
});

const dtypes = ["f16", "bf16", "int8"] as const;
const everyEngine = dtypes.flatMap((dtype) => fast.map((one) => ({ ...one, dtype })));
/** Byte by byte, without the matcher, which takes seconds for millions. */
function expectSameStored(actual: Weight, wanted: Weight): void {
  const [{ bytes, scales }, other] = [actual.toStored(), wanted.toStored()];
  expect(bytes.length).toBe(other.bytes.length);
  expect(bytes.findIndex((byte, i) => byte !== other.bytes[i])).toBe(-1);
  expect(scales).toEqual(other.scales);
}

const bits = ({ data }: Tensor) => new Uint32Array(data.slice().buffer);

/** x W + b and x H^T on each engine against the reference, and that all have stored the same numbers. */
async function compare([m, k, n]: readonly [number, number, number], dtype: WeightDtype, engines = fast) {
  const x = noise([m, k], 1);
  const bias = noise([n], 3);
  // a random walk of k roundings of numbers up to 1; of int8 the sums are exact and only what follows is rounded
  const tolerance = { atol: dtype === "int8" ? 1e-6 : 1e-6 * Math.sqrt(k), rtol: 1e-6 };
  const weights = { linear: float32Source(noise([k, n], 2)), head: float32Source(noise([n, k], 5)) };
  for (const [role, source] of Object.entries(weights) as ["linear" | "head", WeightSource][]) {
    const product = (weight: Weight, engine: Engine) =>
      role === "linear" ? linear(x, weight, bias, engine) : matmulTransposed(x, weight, engine);
    const plain = await reference.loadWeight(source, role, dtype);
    const wanted = product(plain, reference);
    for (const { name, engine } of engines) {
      const weight = await engine.loadWeight(source, role, dtype);
      expectSameStored(weight, plain);
      expect(product(weight, engine), `${name}: ${dtype} [${m}, ${k}] x [${k}, ${n}]`).toBeCloseToTensor(
        wanted,
        tolerance,
      );
      engine.free(weight);
    }
  }
}

test.each(dtypes)("products in %s at odd sizes and around the panels", async (dtype) => {
  const sizes = [1, 3, 4, 7, 8, 63, 64, 65];
  for (const k of sizes) for (const n of sizes) await compare([k % 4 || 5, k, n], dtype);
  for (const m of sizes) await compare([m, 33, 27], dtype);
});

test.each(sample([...dtypes], 1))("products in %s at GPT-2's sizes", async (dtype) => {
  await compare([1, 768, 2304], dtype);
  await compare([5, 3072, 768], dtype);
  await compare([166, 768, 40], dtype);
});

test.each(dtypes)("products in %s at seeded random sizes", async (dtype) => {
  const size = fc.integer({ min: 1, max: 140 });
  const seeded = fc.asyncProperty(size, size, size, (m, k, n) => compare([m, k, n], dtype, fast.slice(1, 2)));
  await fc.assert(seeded, { seed: 9, numRuns: 30 });
});

test.each(dtypes)("%s gives the same bits on 1, 2, 3 and 5 threads", async (dtype) => {
  const [x, w] = [noise([7, 96], 1), noise([96, 200], 2)];
  const products = [];
  for (const threads of [1, 2, 3, 5]) {
    const engine = createSimdEngine({ threads });
    const weight = await engine.loadWeight(float32Source(w), "linear", dtype);
    products.push(bits(linear(x, weight, undefined, engine)), bits(linear(x.slice(2, 3), weight, undefined, engine)));
    engine.dispose();
  }
  for (const [i, product] of products.entries()) expect(product).toEqual(products[i % 2]);
});

test("int8 gives the same bits with relaxed SIMD and without, in tiles and row by row, at first and optimized", async () => {
  const [x, w] = [noise([15, 300], 1), noise([300, 90], 2)]; // 15 rows: a tile of six, two of four, and one row
  const products = [];
  for (const { engine } of fast) {
    const weight = await engine.loadWeight(float32Source(w), "linear", "int8");
    products.push(bits(linear(x, weight, undefined, engine)));
    for (let i = 0; i < 300; i++) linear(x, weight, undefined, engine);
    products.push(bits(linear(x, weight, undefined, engine)));
    const rows = Array.from({ length: 15 }, (_, i) => linear(x.slice(i, i + 1), weight, undefined, engine).toArray());
    products.push(bits(Tensor.from(rows.flat() as number[][])));
  }
  for (const product of products) expect(product).toEqual(products[0]);
});

test("int8 by hand: scales 1/63 and 2/63, a row of 1 and -0.5 in steps of 1/127", async () => {
  // column 0: 1, 0.25 -> scale 1/63, q 63, 16 (15.75); column 1: -2, 0 -> scale 2/63, q -63, 0
  const w = await reference.loadWeight(
    float32Source(
      Tensor.from([
        [1, -2],
        [0.25, 0],
      ]),
    ),
    "linear",
    "int8",
  );
  const { bytes, scales } = w.toStored();
  expect([...new Int8Array(bytes.buffer)]).toEqual([63, -63, 16, 0]);
  expect([...(scales ?? [])]).toEqual([Math.fround(1 / 63), Math.fround(2 / 63)]);
  // x: scale 1/127, q 127, -64 (-63.5 to even); sums 127 * 63 - 64 * 16 = 6977 and 127 * -63 = -8001
  const out = linear(Tensor.from([[1, -0.5]]), w, undefined, referenceEngine);
  expect(out).toBeCloseToTensor(Tensor.from([[6977 / 127 / 63, (-8001 / 127 / 63) * 2]]), { atol: 1e-6, rtol: 0 });
});

test.each(everyEngine)("rows of a table in $dtype are those of the reference: $name", async ({ engine, dtype }) => {
  for (const k of [1, 3, 4, 30, 64]) {
    const table = noise([21, k], 4);
    const [packed, plain] = [
      await engine.loadWeight(float32Source(table), "embedding", dtype),
      await reference.loadWeight(float32Source(table), "embedding", dtype),
    ];
    expect(bits(embedding(packed, [0, 7, 8, 20], engine))).toEqual(
      bits(embedding(plain, [0, 7, 8, 20], referenceEngine)),
    );
    expect(bits(packed.row(20))).toEqual(bits(plain.row(20)));
    expect(bits(packed.toTensor())).toEqual(bits(plain.toTensor()));
  }
});

test.each(["f16", "bf16"] as const)(
  "%s is rounded as the specification rounds: random bits, ties and subnormals",
  async (dtype) => {
    const values = new Float32Array(4096);
    const patterns = new Uint32Array(values.buffer);
    for (let i = 0; i < values.length; i++) patterns[i] = Math.imul(i + 1, 0x9e3779b1); // spread over all patterns
    const limited = values.map((value, i) => {
      if (i % 3 === 0) return Math.fround((i % 97) * 2 ** -25); // halves of float16's smallest step
      return Math.abs(value) <= 65_504 ? value : Math.fround(1 + i * 2 ** -12); // a tie in every other one
    });
    const source = float32Source(new Tensor(limited, [64, 64]));
    for (const role of ["linear", "head"] as const) {
      const plain = await reference.loadWeight(source, role, dtype);
      for (const { engine } of fast) {
        expectSameStored(await engine.loadWeight(source, role, dtype), plain);
      }
    }
  },
);

test.each(["F16", "BF16"] as const)("numbers stored in %s and kept so are the same bytes", async (stored) => {
  const bytes = new Uint8Array(2 * 40 * 24);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < 40 * 24; i++) view.setUint16(2 * i, ((i * 2477) % 0x7c00) | ((i & 1) << 15), true); // finite all
  const source: WeightSource = {
    shape: [40, 24],
    dtype: stored,
    read: async (offset, into) => into.set(bytes.subarray(offset, offset + into.length)),
  };
  const dtype = stored === "F16" ? "f16" : "bf16";
  for (const { engine } of [...fast, { engine: reference }]) {
    for (const role of ["linear", "head"] as const) {
      expect((await engine.loadWeight(source, role, dtype)).toStored().bytes).toEqual(bytes);
    }
  }
});

test("a matrix of several pieces has the scales of whole columns and rows", async () => {
  const w = noise([1100, 1024], 2); // 4.5 MB
  for (const role of ["linear", "head"] as const) {
    const [packed, plain] = [
      await fast[1]!.engine.loadWeight(float32Source(w), role, "int8"),
      await reference.loadWeight(float32Source(w), role, "int8"),
    ];
    expectSameStored(packed, plain);
    fast[1]!.engine.free(packed);
  }
});

test.each([...fast, { name: "reference", engine: reference }])(
  "a row with a NaN or an infinity is NaN in int8, the others are not: $name",
  async ({ engine }) => {
    const w = await weightOn(engine, [[1], [2]], "linear");
    expect(w.dtype).toBe("f32");
    const weight = await engine.loadWeight(float32Source(Tensor.from([[1], [2]])), "linear", "int8");
    const rows = [
      [Number.NaN, 1],
      [1, Number.POSITIVE_INFINITY],
      [0, 0],
      [2, 1],
    ];
    for (const count of [1, 4]) {
      const out = Array.from({ length: 4 / count }, (_, i) =>
        linear(Tensor.from(rows.slice(i * count, (i + 1) * count)), weight, undefined, engine).toArray(),
      ).flat(2) as number[];
      expect(out.slice(0, 3)).toEqual([Number.NaN, Number.NaN, 0]);
      expect(out[3]).toBeCloseTo(4, 1);
    }
  },
);

test("a column and a row of zeros stay zeros in int8", async () => {
  for (const { engine } of [...fast, { engine: reference }]) {
    const weight = await engine.loadWeight(
      float32Source(
        Tensor.from([
          [0, 1],
          [0, 2],
        ]),
      ),
      "linear",
      "int8",
    );
    expect((linear(Tensor.from([[3, 4]]), weight, undefined, engine).toArray() as number[][])[0]?.[0]).toBe(0);
    expect([...weight.toTensor().data].filter((_, i) => i % 2 === 0)).toEqual([0, 0]);
  }
});

test("in int8 a row of numbers too small for a factor is one of zeros, and the bias is left", async () => {
  for (const { engine } of [...fast, { engine: reference }]) {
    const weight = await engine.loadWeight(float32Source(Tensor.from([[1], [2]])), "linear", "int8");
    const x = Tensor.from([
      [1e-38, -3e-37],
      [1e-36, 0],
    ]);
    const [tiny, small] = linear(x, weight, undefined, engine).data;
    expect(tiny).toBe(0);
    expect(small! / 1e-36).toBeCloseTo(1, 1); // 62 or 64 of 63 steps up to 2
    expect(linear(x.slice(0, 1), weight, Tensor.from([5]), engine).toArray()).toEqual([[5]]);
  }
});

test("an int8 weight of the reference engine gives the fast one the reference's numbers", async () => {
  const weight = await reference.loadWeight(float32Source(noise([9, 5], 2)), "linear", "int8");
  const x = noise([2, 9], 1);
  expect(bits(linear(x, weight, undefined, fast[0]!.engine))).toEqual(
    bits(linear(x, weight, undefined, referenceEngine)),
  );
});
