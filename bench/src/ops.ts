/** Each operation at the sizes of GPT-2 124M, for a decode step (T = 1) and a prompt (T = 64), by tinybench. */
import {
  type Arena,
  attention,
  type Engine,
  embedding,
  gelu,
  layerNorm,
  linear,
  matmulTransposed,
  softmax,
  Tensor,
  type WeightSource,
} from "@tsgpt/tensor";
import { Bench } from "tinybench";

export interface OpResult {
  readonly name: string;
  /** Median of the samples. */
  readonly milliseconds: number;
  /** Relative margin of error of the mean, in percent, at 95 %. */
  readonly marginPercent: number;
  readonly samples: number;
  /** 10^9 multiply-adds per second; for operations that are not products, elements per second. */
  readonly gigaPerSecond: number;
}

interface Case {
  readonly name: string;
  /** Multiply-adds, or elements. */
  readonly work: number;
  run(): void;
}

/** The sizes of a model by their letters, and the number of keys for attention. */
export interface Sizes {
  readonly C: number;
  readonly H: number;
  readonly V: number;
  readonly S: number;
}

const GPT2_SIZES: Sizes = { C: 768, H: 12, V: 50_257, S: 512 };

/** Times every operation on one engine; `onCase` is called before each. */
export async function benchOps(
  engine: Engine,
  milliseconds: number,
  onCase: (name: string) => void,
  sizes: Sizes = GPT2_SIZES,
): Promise<OpResult[]> {
  const results: OpResult[] = [];
  for (const { name, work, run } of await cases(engine, sizes)) {
    onCase(name);
    const bench = new Bench({ time: milliseconds, warmupTime: milliseconds / 5, iterations: 5, warmupIterations: 2 });
    bench.add(name, run);
    const [task] = await bench.run();
    const result = task?.result;
    if (!result || !("latency" in result)) throw new Error(`${name} did not finish: ${JSON.stringify(result)}`);
    const { p50, rme, samplesCount } = result.latency;
    results.push({
      name,
      milliseconds: p50,
      marginPercent: rme,
      samples: samplesCount,
      gigaPerSecond: work / p50 / 1e6,
    });
  }
  return results;
}

async function cases(engine: Engine, sizes: Sizes): Promise<Case[]> {
  const arena = engine.takeArena();
  const all = [...(await products(engine, arena, sizes)), ...(await passes(engine, arena, sizes))];
  return all.map(({ name, work, run }) => {
    const andRelease = () => {
      run();
      arena.release(0);
    };
    return { name, work, run: andRelease };
  });
}

/** The four linear layers of a block. */
async function products(engine: Engine, arena: Arena, { C }: Sizes): Promise<Case[]> {
  const all: Case[] = [];
  for (const [k, n] of [
    [C, 3 * C],
    [C, C],
    [C, 4 * C],
    [4 * C, C],
  ] as const) {
    const weight = await engine.loadWeight(source([k, n]), "linear");
    const bias = random(engine, [n]);
    for (const t of [1, 64]) {
      const x = random(engine, [t, k]);
      const name = `linear [${t}, ${k}] x [${k}, ${n}]`;
      all.push({ name, work: t * k * n, run: () => linear(x, weight, bias, arena) });
    }
  }
  return all;
}

/** The head, and everything that is not a linear layer. */
async function passes(engine: Engine, arena: Arena, { C, H, V, S }: Sizes): Promise<Case[]> {
  const all: Case[] = [];
  const add = (name: string, work: number, run: () => void) => all.push({ name, work, run });
  const head = await engine.loadWeight(source([V, C]), "head");
  const parameters = { weight: random(engine, [C]), bias: random(engine, [C]) };
  const keys = random(engine, [H, S + 64, C / H]);
  const ids = Array.from({ length: 64 }, (_, i) => (7919 * i) % V);
  for (const t of [1, 64]) {
    const x = random(engine, [t, C]);
    const wide = random(engine, [t, 4 * C]);
    const square = random(engine, [H * t, S]);
    add(`head [${t}, ${C}] x [${V}, ${C}]^T`, t * C * V, () => matmulTransposed(x, head, arena));
    for (const past of [S / 4, S]) {
      const work = 2 * C * (t * past + (t * (t + 1)) / 2);
      add(`attention T = ${t}, P = ${past}`, work, () => attention(x, keys, keys, { past, scale: 0.125 }, arena));
    }
    add(`layerNorm [${t}, ${C}]`, t * C, () => layerNorm(x, parameters, 1e-5, arena));
    add(`gelu tanh [${t}, ${4 * C}]`, t * 4 * C, () => gelu(wide, "tanh", arena));
    add(`softmax [${H * t}, ${S}]`, H * t * S, () => softmax(square, arena));
    add(`embedding of ${t}`, t * C, () => embedding(head, ids.slice(0, t), arena));
  }
  return all;
}

/** Numbers between -1 and 1, the same in every run. */
function random(engine: Engine, shape: readonly number[]): Tensor {
  const tensor = engine.allocate(shape);
  for (let i = 0; i < tensor.size; i++) tensor.data[i] = Math.sin(12.9898 * i);
  return tensor;
}

function source(shape: readonly number[]): WeightSource {
  const { data } = Tensor.zeros(shape);
  for (let i = 0; i < data.length; i++) data[i] = Math.sin(78.233 * i);
  const bytes = new Uint8Array(data.buffer);
  return { shape, dtype: "F32", read: async (offset, into) => into.set(bytes.subarray(offset, offset + into.length)) };
}
