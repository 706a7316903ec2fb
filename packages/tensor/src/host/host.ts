/**
 * What the simd engine needs from its host. Types only: "#host" in package.json resolves to node.ts in Node and to
 * browser.ts elsewhere.
 */
import type { WorkerData, WorkerHandle } from "../kernels/simd/threads/worker.ts";

export declare function allowRelaxedSimd(): void;
export declare function whyOneThread(): string | undefined;
export declare function startWorker(data: WorkerData, onExit: (reason: string) => void): WorkerHandle;
export declare function defaultThreads(): number;
/** Physical cores that this process may use; in a browser, which does not tell, half of the logical processors. */
export declare function physicalCores(): number;
/** A memory that leaves address space for the workers. @throws Error if there is none; WorkerError if it leaves none */
export declare function reserveMemory(descriptor: WebAssembly.MemoryDescriptor, workers: number): WebAssembly.Memory;
