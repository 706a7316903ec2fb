/** Memory for what the worker keeps besides the engine's own. */
import { EngineError } from "@tsgpt/tensor";

/** Zeros; `use` says what they are for. @throws EngineError if there is no memory for them */
export function allocateFloats(count: number, use: string): Float32Array<ArrayBuffer> {
  try {
    return new Float32Array(count);
  } catch (cause) {
    const size = `${((4 * count) / 1e6).toFixed(1)} MB`;
    const fix = "close other pages, or use a smaller model";
    throw new EngineError(`this browser has no ${size} more for ${use}; ${fix}`, { cause });
  }
}
