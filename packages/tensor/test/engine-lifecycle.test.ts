/** An engine's life: what it holds, what it gives back, and that nothing that can go wrong with it is a hang. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
  add,
  createReferenceEngine,
  createSimdEngine,
  EngineError,
  linear,
  referenceEngine,
  relu,
  softmax,
  storeHeads,
  Tensor,
} from "@tsgpt/tensor";
import { expect, test } from "vitest";
import { FULL } from "../../../test/setup/sample.ts";
import { EngineMemory } from "../src/kernels/simd/memory.ts";
import { float32Source, tensorOn } from "./engines.ts";

const BUILT = fileURLToPath(new URL("../dist/index.js", import.meta.url)); // `pnpm test` builds first
const SECONDS = 1000;
const disposed = "the engine has been disposed; create a new one";

/** What a script prints that may import all of the built package, and its exit code; it is ended after `seconds`. */
function script(code: string, { flags = [] as string[], seconds = 20 } = {}) {
  const source = `import * as tensor from ${JSON.stringify(BUILT)};\n${code}`;
  const child = spawn(process.execPath, [...flags, "--input-type=module", "--eval", source], { stdio: "pipe" });
  const timer = setTimeout(() => child.kill("SIGKILL"), seconds * SECONDS);
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece) => (printed += piece));
  return new Promise<{ code: number | null; printed: string }>((resolve) =>
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, printed });
    }),
  );
}

/** A source of which each read waits until `release` is called. */
function heldSource(shape: readonly number[]) {
  const waiting: (() => void)[] = [];
  const read = () => new Promise<void>((resolve) => waiting.push(resolve));
  const release = () => {
    for (const go of waiting.splice(0)) go();
  };
  return { shape, dtype: "F32" as const, read, waiting, release };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("the memory of disposed engines is returned: of 256 MB each, one after another, they never hold 600 MB", {
  timeout: 60 * SECONDS,
}, async () => {
  const { code, printed } = await script(
    `let most = 0;
     const engines = [];
     for (let i = 0; i < ${FULL ? 12 : 3}; i++) {
       const engine = tensor.createSimdEngine({ threads: 2 });
       engine.allocate([64 << 20]).data.fill(1);
       most = Math.max(most, process.memoryUsage().rss);
       engine.dispose();
       engines.push(engine); // the disposed engine itself holds nothing
       for (let turns = 0; turns < 3; turns++) {
         await new Promise((resolve) => setTimeout(resolve, 100)); // its worker ends
         gc();
       }
     }
     console.log(most > 256e6 && most < 600e6 ? "bounded" : most);`,
    { flags: ["--expose-gc"], seconds: 50 },
  );
  expect({ code, printed }).toEqual({ code: 0, printed: "bounded\n" });
});

test.runIf(FULL)(
  "so is that of engines that were dropped without it, though their workers hold on to it",
  {
    timeout: 60 * SECONDS,
  },
  async () => {
    const { code, printed } = await script(
      `let most = 0;
     for (let i = 0; i < 8; i++) {
       tensor.createSimdEngine({ threads: 2 }).allocate([32 << 20]).data.fill(1);
       most = Math.max(most, process.memoryUsage().rss);
       for (let turns = 0; turns < 3; turns++) {
         await new Promise((resolve) => setTimeout(resolve, 100)); // it is found, and its worker ends
         gc();
       }
     }
     console.log(most > 128e6 && most < 600e6 ? "bounded" : most); // all eight are 1 GB`,
      { flags: ["--expose-gc"], seconds: 50 },
    );
    expect({ code, printed }).toEqual({ code: 0, printed: "bounded\n" });
  },
);

test("an arena of an engine that was dropped goes on working, its worker too (which --input-type=module once killed)", {
  timeout: 30 * SECONDS,
}, async () => {
  const { code, printed } = await script(
    `const arena = tensor.createSimdEngine({ threads: 2 }).takeArena();
     for (let turns = 0; turns < 3; turns++) {
       gc();
       await new Promise((resolve) => setTimeout(resolve, 50));
     }
     console.log(tensor.softmax(tensor.Tensor.zeros([1, 2]), arena).data[0]);`,
    { flags: ["--expose-gc"] },
  );
  expect({ code, printed }).toEqual({ code: 0, printed: "0.5\n" });
});

test("a script that does not dispose its engine ends by itself", { timeout: 30 * SECONDS }, async () => {
  const { code, printed } = await script(
    `const engine = tensor.createSimdEngine({ threads: 4 });
     const x = tensor.Tensor.zeros([64, 512]);
     console.log(tensor.linear(x, tensor.Tensor.zeros([512, 512]), undefined, engine).size);`,
  );
  expect({ code, printed }).toEqual({ code: 0, printed: "32768\n" });
});

test.each([
  ["simd", () => createSimdEngine({ threads: 2 })],
  ["reference", createReferenceEngine],
])("whatever is asked of a disposed %s engine is an EngineError; giving back is not", async (kernelSet, create) => {
  const engine = create();
  const tensor = engine.allocate([2, 2]);
  const arena = engine.takeArena();
  engine.dispose();
  engine.dispose();
  for (const ask of [
    () => engine.allocate([2]),
    () => engine.takeArena(),
    () => engine.kernels,
    () => softmax(tensor, engine),
    () => relu(tensor, engine),
    () => add(tensor, tensor, engine),
    () => storeHeads(tensor.reshape([1, 2, 2]), tensor, 0, engine),
    ...(kernelSet === "simd" ? [() => softmax(Tensor.zeros([2, 2]), arena), () => engine.limits?.(1 << 20)] : []),
  ]) {
    expect(ask).toThrow(EngineError);
    expect(ask).toThrow(disposed);
  }
  await expect(engine.loadWeight(float32Source(Tensor.zeros([2, 2])), "linear")).rejects.toThrow(disposed);
  engine.free(tensor);
  engine.giveArena(arena);
  expect([engine.memory, engine.arenaBytes]).toEqual([undefined, 0]);
});

test("the reference engine that everybody shares cannot be disposed", () => {
  referenceEngine.dispose();
  expect(softmax(Tensor.zeros([1, 2]), referenceEngine).toArray()).toEqual([[0.5, 0.5]]);
});

test.each(["linear", "head", "vector"] as const)(
  "disposing while a %s is being loaded makes the load an error",
  async (role) => {
    const engine = createSimdEngine({ threads: 2 });
    const source = heldSource(role === "vector" ? [64] : [64, 64]);
    const loading = engine.loadWeight(source, role);
    await turn();
    expect(source.waiting).toHaveLength(1);
    engine.dispose();
    source.release();
    await expect(loading).rejects.toThrow(disposed);
  },
);

test("loads that wait for staging when the engine is disposed end too", async () => {
  const engine = createSimdEngine({ threads: 1 });
  const source = heldSource([64, 64]);
  const loads = Array.from({ length: 8 }, () => engine.loadWeight(source, "linear"));
  await turn();
  engine.dispose();
  source.release();
  for (const outcome of await Promise.allSettled(loads)) {
    expect(outcome).toMatchObject({ status: "rejected", reason: { message: disposed } });
  }
});

test("however many weights are loaded at once, three are read at a time, through 13 MB", async () => {
  const engine = createSimdEngine({ threads: 1 });
  const room = () => engine.memory?.availableBytes ?? 0;
  const before = room();
  const source = heldSource([64, 64]);
  const loads = Array.from({ length: 8 }, () => engine.loadWeight(source, "linear"));
  for (const reading of [3, 3, 2]) {
    await turn();
    expect(source.waiting).toHaveLength(reading);
    expect(before - room() - 8 * 64 * 64 * 4).toBeLessThanOrEqual(13e6);
    source.release();
  }
  const weights = await Promise.all(loads);
  expect(before - room()).toBe(8 * 64 * 64 * 4);
  for (const weight of weights) engine.free(weight);
  expect(room()).toBe(before);
  engine.dispose();
});

test("rows longer than a piece of staging are read eight at a time, and no staging stays", async () => {
  const engine = createSimdEngine({ threads: 1 });
  const tall = new Tensor(
    new Float32Array(1_800_000).map((_, i) => i % 1000),
    [9, 200_000],
  );
  const before = engine.memory?.availableBytes ?? 0;
  const loaded = await engine.loadWeight(float32Source(tall), "head"); // 9 rows of 800 kB
  expect(loaded.row(8).data).toHaveBits(tall.row(8).data);
  engine.free(loaded);
  expect(engine.memory?.availableBytes).toBe(before);
  engine.dispose();
});

test("arenaBytes counts scratch in use, grown and kept", () => {
  const engine = createSimdEngine({ threads: 1 });
  const [first, second] = [engine.takeArena(), engine.takeArena()];
  first.allocate([10]);
  second.allocate([20]);
  expect(engine.arenaBytes).toBe(120);
  engine.giveArena(first);
  expect(engine.arenaBytes).toBe(120);
  const again = engine.takeArena();
  again.allocate([30]); // the slot of 10 makes room
  expect(engine.arenaBytes).toBe(200);
  engine.dispose();
});

test("free parts that touch are one, and are cut for smaller ones", () => {
  const memory = new EngineMemory();
  const [a, b, c, d] = [1024, 2048, 512, 64].map((size) => memory.allocate(size)) as [number, number, number, number];
  memory.free(a);
  memory.free(c);
  memory.free(b);
  expect(memory.allocate(3584)).toBe(a);
  memory.free(a);
  expect([memory.allocate(64), memory.allocate(3520), memory.allocate(64)]).toEqual([a, a + 64, d + 64]);
});

test("whatever is taken and given back, no two parts overlap, and all given back is all there", () => {
  const memory = new EngineMemory();
  const held: { begin: number; end: number }[] = [];
  let state = 1;
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % below;
  };
  for (let step = 0; step < 2000; step++) {
    if (held.length > 0 && random(2) === 0) memory.free(held.splice(random(held.length), 1)[0]?.begin ?? 0);
    const bytes = 1 + random(5000);
    const begin = memory.allocate(bytes);
    expect(held.some((part) => begin < part.end && part.begin < begin + bytes)).toBe(false);
    held.push({ begin, end: begin + bytes });
  }
  for (const { begin } of held) memory.free(begin);
  expect([memory.usedBytes, memory.allocate(1e6)]).toEqual([0, 65_536]);
});

test("a linear layer while another engine is disposed is not disturbed", async () => {
  const [a, b] = [createSimdEngine({ threads: 2 }), createSimdEngine({ threads: 2 })];
  const x = tensorOn(b, [[1, 2]]);
  a.dispose();
  expect(linear(x, tensorOn(b, [[1], [1]]), undefined, b).toArray()).toEqual([[3]]);
  b.dispose();
});
