/** A reference engine with a memory of its own that is counted: how much caches take, at most and at the end. */
import { createReferenceEngine, type Engine, EngineError, sizeOf } from "@tsgpt/tensor";

export interface LimitedEngine {
  readonly engine: Engine;
  /** Bytes that were allocated and not freed. */
  held(): number;
  /** The most that were held at once. */
  most(): number;
}

export function limitedEngine(bytes = Number.POSITIVE_INFINITY): LimitedEngine {
  const base = createReferenceEngine();
  let held = 0;
  let most = 0;
  const engine: Engine = {
    ...base,
    allocate: (shape) => {
      if (held + 4 * sizeOf(shape) > bytes) throw new EngineError("full");
      held += 4 * sizeOf(shape);
      most = Math.max(most, held);
      return base.allocate(shape);
    },
    free: (weight) => {
      held -= weight.bytes;
    },
    get memory() {
      return { heldBytes: held, availableBytes: bytes - held, limitBytes: bytes };
    },
  };
  return { engine, held: () => held, most: () => most };
}
