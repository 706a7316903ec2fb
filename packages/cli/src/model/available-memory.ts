/** How much memory a model may take: what the engine can address, at most what the machine has. */
import { totalmem } from "node:os";
import type { MemoryByDtype } from "@tsgpt/gpt";
import type { WeightDtype } from "@tsgpt/tensor";
import { makeEngine } from "./make-engine.ts";

/** Bytes available to a model. */
export async function availableBytes(): Promise<number> {
  const engine = await makeEngine({ threads: 1 });
  const { availableBytes = Number.POSITIVE_INFINITY } = engine.memory ?? {};
  engine.dispose();
  return Math.min(availableBytes, totalmem());
}

/** The dtypes in which a model fits, the most precise first. */
export function fittingDtypes(memory: MemoryByDtype, available: number): WeightDtype[] {
  const dtypes = Object.keys(memory) as WeightDtype[];
  return dtypes.filter((dtype) => memory[dtype].total <= available);
}
