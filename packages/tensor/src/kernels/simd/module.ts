/** The compiled kernels: with relaxed multiply-add if this JavaScript engine supports it, otherwise without. */
import { MODULE_BYTES, PACKED, SHARED_FLAG } from "./binary.ts";

// The kernels come first in a bundle: docs/decisions/0016-bundle-size.md.

import { allowRelaxedSimd } from "#host";
import { decompress } from "./lzma.ts";
import { withoutRelaxedSimd } from "./without-relaxed.ts";

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

interface CompileOptions {
  /** False is for tests. */
  readonly relaxed?: boolean;
  /** Whether the memory that it is given is shared. */
  readonly shared?: boolean;
}

/** Compiles the module; undefined without WebAssembly, SIMD or shared memory. */
export function compileKernels({ relaxed = true, shared = true }: CompileOptions = {}): KernelModule | undefined {
  if (typeof WebAssembly === "undefined") return undefined;
  unpacked ??= unpack(PACKED, MODULE_BYTES);
  const bytes = forMemory(unpacked, SHARED_FLAG, shared);
  if (relaxed) {
    if (WebAssembly.validate(bytes)) return { module: new WebAssembly.Module(bytes), relaxed };
    allowRelaxedSimd();
    if (WebAssembly.validate(bytes)) return { module: new WebAssembly.Module(bytes), relaxed };
  }
  const plain = withoutRelaxedSimd(bytes);
  return WebAssembly.validate(plain) ? { module: new WebAssembly.Module(plain), relaxed: false } : undefined;
}

let unpacked: Uint8Array<ArrayBuffer> | undefined; // once a thread

/** The bytes of a module that build-kernels.js packed. */
export function unpack(packed: string, size: number): Uint8Array<ArrayBuffer> {
  return decompress(
    Uint8Array.from(atob(packed), (character) => character.charCodeAt(0)),
    size,
  );
}

/** The same module, for memory that is shared or not: its atomic operations are valid for either. */
export function forMemory(module: Uint8Array<ArrayBuffer>, flag: number, shared: boolean): Uint8Array<ArrayBuffer> {
  module[flag] = shared ? 3 : 1;
  return module;
}
