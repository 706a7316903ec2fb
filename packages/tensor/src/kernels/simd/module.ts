/** The compiled kernels: with relaxed multiply-add if this JavaScript engine supports it, otherwise without. */
import { allowRelaxedSimd } from "#host";
import { PACKED, PLAIN_BYTES, RELAXED_BYTES } from "./binary.ts";
import { inflate } from "./inflate.ts";

export interface KernelExports {
  run(job: number, units: number): number;
  runAlone(job: number, units: number): void;
  work(thread: number): number;
  stop(): void;
  embedding(out: number, table: number, ids: number, count: number, k: number, dtype: number, scales: number): void;
  scalesOfPeaks(scales: number, count: number): void;
  /** Bytes of a quantized row of k numbers. */
  rowStride(k: number): number;
  /** Scratch of a thread for scores of S keys. */
  attentionScratchBytes(s: number): number;
  fusedDotsAgree(): number;
  widen(out: number, bytes: number, dtype: number, begin: number, end: number): void;
}

export interface KernelModule {
  readonly module: WebAssembly.Module;
  readonly relaxed: boolean;
}

/** Compiles the module; undefined without WebAssembly, SIMD or shared memory. `relaxed: false` is for tests. */
export function compileKernels({ relaxed = true }: { relaxed?: boolean } = {}): KernelModule | undefined {
  if (typeof WebAssembly === "undefined") return undefined;
  const modules = unpack();
  if (relaxed) {
    const bytes = modules.relaxed;
    if (WebAssembly.validate(bytes)) return { module: new WebAssembly.Module(bytes), relaxed };
    allowRelaxedSimd();
    if (WebAssembly.validate(bytes)) return { module: new WebAssembly.Module(bytes), relaxed };
  }
  const bytes = modules.plain;
  return WebAssembly.validate(bytes) ? { module: new WebAssembly.Module(bytes), relaxed: false } : undefined;
}

/** Both modules: their halves alternate (build-kernels.js). */
function unpack() {
  const packed = Uint8Array.from(atob(PACKED), (character) => character.charCodeAt(0));
  const bytes = inflate(packed, RELAXED_BYTES + PLAIN_BYTES);
  const [relaxedHalf, plainHalf] = [Math.ceil(RELAXED_BYTES / 2), Math.ceil(PLAIN_BYTES / 2)];
  const second = relaxedHalf + plainHalf; // where the second halves begin
  const end = RELAXED_BYTES + plainHalf; // of the second half of the first
  return {
    relaxed: joined(bytes.subarray(0, relaxedHalf), bytes.subarray(second, end)),
    plain: joined(bytes.subarray(relaxedHalf, second), bytes.subarray(end)),
  };
}

function joined(first: Uint8Array, rest: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(first.length + rest.length);
  bytes.set(first);
  bytes.set(rest, first.length);
  return bytes;
}
