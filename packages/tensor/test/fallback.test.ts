/** Which engine createEngine gives on machines that lack something of what the simd engine needs, and what it tells of it. */
import { Worker } from "node:worker_threads";
import { createEngine, createSimdEngine, type Engine, EngineError, linear, Tensor, WEIGHT_DTYPES } from "@tsgpt/tensor";
import { backwardKernels } from "@tsgpt/tensor/backward";
import { afterEach, expect, test, vi } from "vitest";
import { EngineMemory } from "../src/kernels/simd/memory.ts";
import { float32Source, tensorOn } from "./engines.ts";
import { noise } from "./noise.ts";

const MADD = Buffer.of(0xfd, 0x85, 0x02); // f32x4.relaxed_madd

const machine = vi.hoisted(() => ({
  addressSpace: Number.POSITIVE_INFINITY,
  workers: true,
  code: undefined as string | undefined,
}));

vi.mock("#host", async (original) => {
  const host = await original<typeof import("../src/host/node.ts")>();
  const startWorker: typeof host.startWorker = (data, onExit) => {
    if (!machine.workers) throw new Error("no workers here");
    if (machine.code === undefined) return host.startWorker(data, onExit);
    const worker = new Worker(machine.code, { eval: true });
    worker.on("error", ({ message }) => onExit(message)).on("exit", (code) => onExit(`exit code ${code}`));
    return { terminate: () => void worker.terminate() };
  };
  const reserveMemory = (descriptor: WebAssembly.MemoryDescriptor, workers: number) =>
    host.reserveMemory(descriptor, workers, () => machine.addressSpace);
  return { ...host, startWorker, defaultThreads: () => 2, reserveMemory };
});

afterEach(() => {
  vi.unstubAllGlobals();
  Object.assign(machine, { addressSpace: Number.POSITIVE_INFINITY, workers: true, code: undefined });
});

/** An engine, and what was told of it. */
async function engineHere(options = {}): Promise<{ engine: Engine; told: string[] }> {
  const told: string[] = [];
  const engine = await createEngine({ ...options, onFallback: (message) => told.push(message) });
  return { engine, told };
}

/** WebAssembly with another Memory; its constructor is given the maximum, in pages, and whether it is shared. */
function stubMemory(check: (maximum: number, shared: boolean) => void): void {
  const { Memory, Module, Instance, validate } = WebAssembly;
  class StubbedMemory extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      check(descriptor.maximum as number, descriptor.shared === true);
      super(descriptor);
    }
  }
  vi.stubGlobal("WebAssembly", { Memory: StubbedMemory, Module, Instance, validate });
}

/** WebAssembly that refuses these modules. */
function stubValidate(refuses: (bytes: Uint8Array) => boolean): void {
  const { Memory, Module, Instance, validate } = WebAssembly;
  const stubbed = (bytes: Uint8Array<ArrayBuffer>) => !refuses(bytes) && validate(bytes);
  vi.stubGlobal("WebAssembly", { Memory, Module, Instance, validate: stubbed });
}

const works = (engine: Engine) => {
  const product = linear(tensorOn(engine, [[1, 2]]), tensorOn(engine, [[1], [1]]), undefined, engine);
  expect(product.toArray()).toEqual([[3]]);
};

test("where everything is there, nothing is told", async () => {
  const { engine, told } = await engineHere();
  expect([engine.kernelSet, engine.relaxed, engine.threads, told]).toEqual(["simd", true, 2, []]);
  engine.dispose();
});

test("without relaxed SIMD, the simd kernels run without it, and that is told", async () => {
  stubValidate((bytes) => Buffer.from(bytes).includes(MADD));
  const { engine, told } = await engineHere();
  expect([engine.kernelSet, engine.relaxed, engine.threads]).toEqual(["simd", false, 2]);
  expect(told).toEqual(["this JavaScript engine has no relaxed SIMD; the simd kernels run without it, slower"]);
  works(engine);
  engine.dispose();
});

const NO_WASM = "this JavaScript engine has no WebAssembly SIMD with shared memory";
const NO_MEMORY =
  /^cannot reserve memory for the simd engine: could not allocate memory; .*--disable-wasm-trap-handler/;

test("without WebAssembly auto is the reference engine and tells why; simd by name is an error", async () => {
  vi.stubGlobal("WebAssembly", undefined);
  const { engine, told } = await engineHere();
  expect(told).toEqual([`${NO_WASM}; the reference kernels run instead, many times slower`]);
  expect(engine.kernelSet).toBe("reference");
  works(engine);
  await expect(createEngine({ kernels: "simd" })).rejects.toThrow(NO_WASM);
});

test("nobody has to listen", async () => {
  vi.stubGlobal("WebAssembly", undefined);
  expect((await createEngine()).kernelSet).toBe("reference");
});

test("where a policy forbids to compile WebAssembly", async () => {
  const { Memory, Instance, validate } = WebAssembly;
  const Module = class {
    constructor() {
      throw new Error("blocked by CSP");
    }
  };
  vi.stubGlobal("WebAssembly", { Memory, Module, Instance, validate });
  const { engine, told } = await engineHere();
  expect([engine.kernelSet, told[0]]).toEqual([
    "reference",
    expect.stringMatching(/do not compile here: blocked by CSP;/),
  ]);
});

test("memory that cannot be reserved is tried with half of it, down to 128 MiB; then unshared", async () => {
  const tried: unknown[] = [];
  stubMemory((maximum, shared) => {
    tried.push(shared ? maximum / 16_384 : `${maximum / 16} MiB unshared`);
    throw new RangeError("could not allocate memory");
  });
  const { engine, told } = await engineHere();
  expect(tried).toEqual([4, 2, 1, 0.5, 0.25, 0.125, "128 MiB unshared"]); // GiB
  expect(engine.kernelSet).toBe("reference");
  expect(told).toEqual([expect.stringMatching(NO_MEMORY)]);
  await expect(createEngine({ kernels: "simd" })).rejects.toThrow(NO_MEMORY);
  await expect(createEngine({ threads: 2 })).rejects.toThrow(EngineError); // threads by name are not dropped
});

test("a smaller memory is used in silence, and ends where it ends", async () => {
  stubMemory((maximum) => {
    if (maximum > 16_384) throw new RangeError("could not allocate memory");
  });
  const { engine, told } = await engineHere();
  expect([engine.kernelSet, told]).toEqual(["simd", []]);
  expect(engine.memory).toMatchObject({ limitBytes: 2 ** 30 });
  expect(engine.memory?.availableBytes).toBeLessThan(2 ** 30);
  works(engine);
  expect(() => engine.allocate([2 ** 28])).toThrow(/memory ends at 1 GiB: 1073741824 more bytes do not fit/);
  engine.dispose();
});

test("memory that must hold a number of bytes is unshared before it is too small", async () => {
  const tried: unknown[] = [];
  stubMemory((maximum, shared) => {
    tried.push(shared ? maximum / 16_384 : `${maximum / 16} MiB unshared`);
    throw new RangeError("could not allocate memory");
  });
  await engineHere({ neededBytes: 600 * 2 ** 20 });
  expect(tried).toEqual([4, 2, 1, "600 MiB unshared", 0.5, 0.25, 0.125]); // GiB
  tried.length = 0;
  await expect(createEngine({ threads: 2, neededBytes: 600 * 2 ** 20 })).rejects.toThrow(EngineError);
  expect(tried).toEqual([4, 2, 1, 0.5, 0.25, 0.125]); // two threads were asked for
});

const onlyUnshared = () =>
  stubMemory((_, shared) => {
    if (shared) throw new RangeError("could not allocate memory");
  });

test.each(["auto", "simd"] as const)(
  "%s without shared memory: one thread, the same numbers, and it is told",
  async (kernels) => {
    const usual = await createEngine({ threads: 1 });
    onlyUnshared();
    const { engine, told } = await engineHere({ kernels, neededBytes: 2 ** 24 });
    expect([engine.kernelSet, engine.threads]).toEqual(["simd", 1]);
    expect(told).toEqual(["there is no shared memory; the simd kernels run on one thread instead"]);
    expect(engine.memory).toMatchObject({ heldBytes: 2 ** 24, limitBytes: 2 ** 24 });
    const [x, weights] = [noise([5, 64], 1), noise([64, 33], 2)];
    for (const dtype of WEIGHT_DTYPES) {
      const of = async (on: Engine) =>
        linear(x, await on.loadWeight(float32Source(weights), "linear", dtype), undefined, on);
      expect((await of(engine)).toArray()).toEqual((await of(usual)).toArray());
    }
    expect(() => engine.allocate([2 ** 22])).toThrow(/16777216 more bytes do not fit/);
    usual.dispose();
    engine.dispose();
  },
);

test.each([true, false])("gradients without shared memory are the same numbers, relaxed SIMD: %s", (relaxed) => {
  const options = { threads: 1, relaxed };
  const usual = createSimdEngine(options);
  onlyUnshared();
  const engine = createSimdEngine(options);
  expect(engine.memory?.limitBytes).toBe(128 * 2 ** 20);
  const [x, dy] = [noise([5, 64], 1), noise([5, 33], 2)];
  const of = (on: Engine) => {
    const [dWeight, dBias, dx] = [Tensor.zeros([64, 33]), Tensor.zeros([33]), Tensor.zeros([5, 64])];
    const kernels = backwardKernels(on);
    kernels.linearParameters(dWeight, dBias, x, dy);
    kernels.gelu(dx, x, x, "tanh");
    return [dWeight, dBias, dx].map((tensor) => tensor.toArray());
  };
  expect(of(engine)).toEqual(of(usual));
  usual.dispose();
  engine.dispose();
});

test("one thread that was asked for needs no shared memory, and nothing is told", async () => {
  onlyUnshared();
  const { engine, told } = await engineHere({ threads: 1 });
  expect([engine.kernelSet, engine.threads, told]).toEqual(["simd", 1, []]);
  expect(engine.memory?.limitBytes).toBe(128 * 2 ** 20);
  works(engine);
  engine.dispose();
});

test.each([0, -1, Number.NaN])("neededBytes %s is refused", async (neededBytes) => {
  const rule = `option "neededBytes" must be above 0, got the number ${neededBytes}`;
  await expect(createEngine({ neededBytes })).rejects.toThrow(`createEngine: ${rule}`);
  expect(() => createSimdEngine({ neededBytes })).toThrow(`createSimdEngine: ${rule}`);
});

test("a limit of address space leaves room for each worker's own beside the memory", () => {
  machine.addressSpace = 5.5 * 2 ** 30;
  expect(new EngineMemory(0).limitBytes).toBe(4 * 2 ** 30);
  expect(new EngineMemory(1).limitBytes).toBe(4 * 2 ** 30);
  expect(new EngineMemory(2).limitBytes).toBe(2 * 2 ** 30);
  machine.addressSpace = 0.5 * 2 ** 30;
  expect(new EngineMemory(0).limitBytes).toBe(2 ** 28);
  machine.addressSpace = 0.4 * 2 ** 30;
  expect(new EngineMemory(0).limitBytes).toBe(2 ** 27);
  machine.addressSpace = 0.3 * 2 ** 30;
  expect(() => new EngineMemory(0)).toThrow("cannot reserve memory for the simd engine: too little address space");
});

test("where the memory takes what the workers need, because of guard pages, there are none", async () => {
  machine.addressSpace = 12 * 2 ** 30;
  stubMemory(() => {
    machine.addressSpace = 1.1 * 2 ** 30;
  });
  expect(() => createSimdEngine({ threads: 2 })).toThrow("cannot start a worker: too little address space");
});

test("without workers the simd kernels run on one thread, and it is told; more by name are an error", async () => {
  machine.workers = false;
  for (const kernels of ["auto", "simd"] as const) {
    const { engine, told } = await engineHere({ kernels });
    expect([engine.kernelSet, engine.threads]).toEqual(["simd", 1]);
    expect(told).toEqual([
      "the simd engine cannot start a worker: no workers here; the simd kernels run on one thread instead",
    ]);
    works(engine);
    engine.dispose();
    await expect(createEngine({ kernels, threads: 2 })).rejects.toThrow("cannot start a worker: no workers here");
  }
});

test("without SharedArrayBuffer, as in a page that is not isolated, the simd kernels still run", async () => {
  vi.stubGlobal("SharedArrayBuffer", undefined);
  const { engine, told } = await engineHere({ threads: 1 });
  expect([engine.kernelSet, told]).toEqual(["simd", []]);
  works(engine);
  engine.dispose();
});

test.each(["SharedArrayBuffer", "Atomics"])(
  "without %s there are no workers: one thread, and it is told",
  async (name) => {
    vi.stubGlobal(name, undefined);
    const { engine, told } = await engineHere();
    expect([engine.kernelSet, engine.threads]).toEqual(["simd", 1]);
    expect(told).toEqual([
      `the simd engine cannot start a worker: there is no ${name}; the simd kernels run on one thread instead`,
    ]);
    works(engine);
    const weight = await engine.loadWeight(float32Source(Tensor.from([[2]])), "linear", "f16");
    expect(weight.toTensor().toArray()).toEqual([[2]]);
    engine.dispose();
    await expect(createEngine({ threads: 2 })).rejects.toThrow(`cannot start a worker: there is no ${name}`);
  },
);

test("a worker that ends before it began leaves the engine with one thread, and it is told once", async () => {
  machine.code = "throw new Error('broken at birth')";
  const { engine, told } = await engineHere();
  await vi.waitFor(() => expect(engine.threads).toBe(1));
  expect(told).toEqual([
    "a worker of the simd engine ended before it began (broken at birth); the simd kernels run on one thread instead",
  ]);
  works(engine);
  engine.dispose();
  expect(engine.threads).toBe(1);
});

test("threads by name are not dropped: the engine is broken then", async () => {
  machine.code = "throw new Error('broken at birth')";
  const { engine, told } = await engineHere({ threads: 2 });
  await vi.waitFor(() => expect(() => engine.allocate([1])).toThrow(/ended \(broken at birth\); create a new engine/));
  expect(told).toEqual([]);
  engine.dispose();
});
