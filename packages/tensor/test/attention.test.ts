import { createGenerator, nextUniform } from "@tsgpt/numeric";
import { attention, type Engine, storeHeads, Tensor } from "@tsgpt/tensor";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { engines, FLOAT32, tensorOn } from "./engines.ts";

const { NaN: nan, NEGATIVE_INFINITY: minusInf } = Number;
const LN3 = Math.log(3);

describe.each(engines)("$name", ({ engine }: { engine: Engine }) => {
  const place = (values: Parameters<typeof tensorOn>[1]) => tensorOn(engine, values);
  // One head of two channels, two tokens. Query 1 meets key 0 at 0 and key 1 at 1; scaled by ln 3 the softmax of
  // [0, ln 3] is [1/4, 3/4].
  const one = () => ({
    q: place([
      [1, 0],
      [0, 1],
    ]),
    keys: place([
      [
        [1, 0],
        [0, 1],
      ],
    ]),
    values: place([
      [
        [1, 2],
        [3, 4],
      ],
    ]),
  });

  test("the first token sees itself alone, the second weighs both", () => {
    const { q, keys, values } = one();
    // row 0: values[0]; row 1: 1/4 * [1, 2] + 3/4 * [3, 4] = [2.5, 3.5]
    const z = attention(q, keys, values, { past: 0, scale: LN3 }, engine);
    expect(z).toBeCloseToTensor(
      Tensor.from([
        [1, 2],
        [2.5, 3.5],
      ]),
      FLOAT32,
    );
  });

  test("scores are scaled, -Infinity where masked; the pattern is their softmax, 0 where masked", () => {
    const { q, keys, values } = one();
    const [scores, pattern] = [engine.allocate([1, 2, 2]), engine.allocate([1, 2, 2])];
    attention(q, keys, values, { past: 0, scale: LN3, scores, pattern }, engine);
    expect(scores.row(0).row(0).toArray()).toEqual([Math.fround(LN3), minusInf]);
    expect(scores.row(0).row(1).toArray()).toEqual([0, Math.fround(LN3)]);
    expect(pattern.row(0).row(0).toArray()).toEqual([1, 0]);
    expect(pattern.row(0).row(1)).toBeCloseToTensor(Tensor.from([0.25, 0.75]), FLOAT32);
  });

  test("heads lie side by side in a row, each with keys and values of its own", () => {
    // D = 1, one past token. Head 0: keys 0, 1 -> pattern 1/4, 3/4 -> 4/4 + 3 * 8/4 = 7.
    // Head 1: keys 1, 0 -> pattern 3/4, 1/4 -> 3 * 10/4 + 20/4 = 12.5.
    const keys = place([
      [[0], [1]],
      [[1], [0]],
    ]);
    const values = place([
      [[4], [8]],
      [[10], [20]],
    ]);
    const z = attention(place([[1, 1]]), keys, values, { past: 1, scale: LN3 }, engine);
    expect(z).toBeCloseToTensor(Tensor.from([[7, 12.5]]), FLOAT32);
  });

  test("rows of the cache beyond P + T are not read", () => {
    const { q } = one();
    const keys = place([
      [
        [1, 0],
        [0, 1],
        [nan, nan],
      ],
    ]);
    const values = place([
      [
        [1, 2],
        [3, 4],
        [nan, nan],
      ],
    ]);
    const z = attention(q, keys, values, { past: 0, scale: LN3 }, engine);
    expect(z).toBeCloseToTensor(
      Tensor.from([
        [1, 2],
        [2.5, 3.5],
      ]),
      FLOAT32,
    );
  });

  test("huge scores do not overflow", () => {
    const { keys, values } = one();
    const z = attention(
      place([
        [1e30, 0],
        [0, 1e30],
      ]),
      keys,
      values,
      { past: 0, scale: 1 },
      engine,
    );
    expect(z.toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]); // the second query's own key wins by 1e30
  });

  test("a NaN in a value reaches the queries that see it and no earlier one", () => {
    const { q, keys } = one();
    const z = attention(
      q,
      keys,
      place([
        [
          [1, 2],
          [nan, 4],
        ],
      ]),
      { past: 0, scale: LN3 },
      engine,
    );
    expect(z.row(0).toArray()).toEqual([1, 2]);
    expect(z.row(1).data[0]).toBeNaN();
    expect(z.row(1).data[1]).toBeCloseTo(3.5, 6);
  });

  test("a NaN in a query spoils its row alone", () => {
    const { keys, values } = one();
    const z = attention(
      place([
        [nan, 0],
        [0, 1],
      ]),
      keys,
      values,
      { past: 0, scale: LN3 },
      engine,
    );
    expect(z.row(0).toArray()).toEqual([nan, nan]);
    expect(z.row(1)).toBeCloseToTensor(Tensor.from([2.5, 3.5]), FLOAT32);
  });

  test("from scores: their softmax is taken, the queries are not looked at, the scores not written", () => {
    const { keys, values } = one();
    const scores = place([
      [
        [5, minusInf],
        [LN3, 0],
      ],
    ]);
    const before = scores.clone();
    const pattern = engine.allocate([1, 2, 2]);
    const options = { past: 0, scale: LN3, scores, pattern, from: "scores" } as const;
    // row 1: softmax of [ln 3, 0] is [3/4, 1/4]: 3/4 * [1, 2] + 1/4 * [3, 4] = [1.5, 2.5]
    const z = attention(
      place([
        [nan, nan],
        [nan, nan],
      ]),
      keys,
      values,
      options,
      engine,
    );
    expect(z).toBeCloseToTensor(
      Tensor.from([
        [1, 2],
        [1.5, 2.5],
      ]),
      FLOAT32,
    );
    expect(scores.toArray()).toEqual(before.toArray());
    expect(pattern).toBeCloseToTensor(
      Tensor.from([
        [
          [1, 0],
          [0.75, 0.25],
        ],
      ]),
      FLOAT32,
    );
  });

  test("from pattern: it is used as it is, normalized or not, and scores are left alone", () => {
    const { q, keys, values } = one();
    const pattern = place([
      [
        [2, 0],
        [0.5, 0],
      ],
    ]);
    const scores = place([
      [
        [7, 7],
        [7, 7],
      ],
    ]);
    const z = attention(q, keys, values, { past: 0, scale: 1, scores, pattern, from: "pattern" }, engine);
    // row 0: 2 * [1, 2]; row 1: 0.5 * [1, 2] + 0 * [3, 4]
    expect(z.toArray()).toEqual([
      [2, 4],
      [0.5, 1],
    ]);
    expect(scores.toArray()).toEqual([
      [
        [7, 7],
        [7, 7],
      ],
    ]);
  });

  test("continued from its own scores, or from its own pattern, it is the same bits", () => {
    const generator = createGenerator(1);
    const random = () => 4 * nextUniform(generator) - 2;
    const tensor = (shape: number[]) => {
      const made = engine.allocate(shape);
      made.data.forEach((_, i) => {
        made.data[i] = random();
      });
      return made;
    };
    for (const [t, d] of [
      [5, 4],
      [9, 11],
      [1, 8],
    ] as const) {
      const [q, keys, values] = [tensor([t, 2 * d]), tensor([2, t + 3, d]), tensor([2, t + 3, d])];
      const [scores, pattern] = [engine.allocate([2, t, t + 3]), engine.allocate([2, t, t + 3])];
      const options = { past: 3, scale: 1 / Math.sqrt(d), scores, pattern };
      const z = attention(q, keys, values, options, engine).toArray();
      expect(attention(q, keys, values, { past: 3, scale: 1 / Math.sqrt(d) }, engine).toArray()).toEqual(z);
      const before = pattern.toArray();
      expect(attention(q, keys, values, { ...options, from: "scores" }, engine).toArray()).toEqual(z);
      expect(pattern.toArray()).toEqual(before);
      expect(attention(q, keys, values, { ...options, from: "pattern" }, engine).toArray()).toEqual(z);
    }
  });

  test("a replaced pattern cannot look ahead: what stands where masked is not read", () => {
    const { q, keys, values } = one();
    const pattern = place([
      [
        [1, 9],
        [0, 1],
      ],
    ]);
    const z = attention(q, keys, values, { past: 0, scale: 1, pattern, from: "pattern" }, engine);
    expect(z.row(0).toArray()).toEqual([1, 2]);
  });

  test("a prompt at once, and its tokens one by one, give the same rows", () => {
    const size = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(size, size, fc.integer({ min: 1, max: 3 }), fc.nat(), (t, d, heads, seed) => {
        const [q, keys, values] = [
          [t, heads * d],
          [heads, t, d],
          [heads, t, d],
        ].map((shape, i) => noise(engine, shape, seed + i)) as [Tensor, Tensor, Tensor];
        const scale = 1 / Math.sqrt(d);
        const together = attention(q, keys, values, { past: 0, scale }, engine);
        for (let past = 0; past < t; past++) {
          const step = attention(q.slice(past, past + 1), keys, values, { past, scale }, engine);
          expect(step.row(0)).toBeCloseToTensor(together.row(past), FLOAT32);
        }
      }),
    );
  });

  test("storeHeads puts head h of token t at [h, position + t] and touches nothing else", () => {
    const cache = place([
      [[0], [0], [0]],
      [[0], [0], [0]],
    ]); // [H, capacity, D] = [2, 3, 1]
    storeHeads(
      cache,
      place([
        [1, 2],
        [3, 4],
      ]),
      1,
      engine,
    );
    expect(cache.toArray()).toEqual([
      [[0], [1], [3]],
      [[0], [2], [4]],
    ]);
  });
});

/** Values in -1 to 1 that depend on the seed alone. */
function noise(engine: Engine, shape: number[], seed: number): Tensor {
  const out = engine.allocate(shape);
  out.data.forEach((_, i) => {
    out.data[i] = Math.sin(seed + 12.9898 * i);
  });
  return out;
}
