/** The compiled kernels: with relaxed multiply-add if this JavaScript engine supports it, otherwise without. */
import { PACKED, PLAIN_BYTES, RELAXED_BYTES } from "./binary.ts";

// The kernels come first in a bundle: docs/decisions/0016-bundle-size.md.

import { allowRelaxedSimd } from "#host";
import { decompress } from "./lzma.ts";

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
  if (relaxed) {
    const bytes = unpack(RELAXED_BYTES);
    if (WebAssembly.validate(bytes)) return { module: new WebAssembly.Module(bytes), relaxed };
    allowRelaxedSimd();
    if (WebAssembly.validate(bytes)) return { module: new WebAssembly.Module(bytes), relaxed };
  }
  const bytes = unpack(RELAXED_BYTES + PLAIN_BYTES).subarray(RELAXED_BYTES);
  return WebAssembly.validate(bytes) ? { module: new WebAssembly.Module(bytes), relaxed: false } : undefined;
}

let unpacked = new Uint8Array(0); // as far as an engine of this thread has needed it

/** The first `size` bytes of both modules. */
function unpack(size: number): Uint8Array<ArrayBuffer> {
  if (unpacked.length < size) unpacked = unpackModules(PACKED, size);
  return unpacked.subarray(0, size);
}

/** The first `size` bytes of a pair of modules. */
export function unpackModules(packed: string, size: number): Uint8Array<ArrayBuffer> {
  return decompress(
    Uint8Array.from(atob(packed), (character) => character.charCodeAt(0)),
    size,
  );
}
