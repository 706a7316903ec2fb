/** How much of a model there is room for: in the engine's memory, and in the machine's. */
import { totalmem } from "node:os";
import type { MemoryByDtype, StorageDtype } from "@tsgpt/gpt";
import { makeEngine } from "./make-engine.ts";

/** Bytes. */
export async function room(): Promise<number> {
  const engine = await makeEngine({ threads: 1 });
  const { roomBytes = Number.POSITIVE_INFINITY } = engine.memory ?? {};
  engine.dispose();
  return Math.min(roomBytes, totalmem());
}

/** The dtypes in which a model fits, the most exact first. */
export function fittingDtypes(memory: MemoryByDtype, roomBytes: number): StorageDtype[] {
  const dtypes = Object.keys(memory) as StorageDtype[];
  return dtypes.filter((dtype) => memory[dtype].total <= roomBytes);
}
