/** What the backward kernels of one engine share: what its forward kernels do, and the backward module. */
import { type KernelContext, perUnit } from "../context.ts";
import type { Pool } from "../threads/pool.ts";
import { addBackwardModule, type BackwardModule } from "./module.ts";

export interface BackwardContext extends KernelContext, BackwardModule {}

export function backwardContext(context: KernelContext): BackwardContext {
  return { ...context, ...addBackwardModule(context.memory, context.pool) };
}

const COLUMNS_PER_LINE = 16; // threads that wrote to the same cache line would wait for each other

/** Columns per unit, if their sums over rows are of `work` elements: whole cache lines. */
export function columnsPerUnit(pool: Pool, columns: number, work: number): number {
  return Math.ceil(perUnit(pool, columns, work) / COLUMNS_PER_LINE) * COLUMNS_PER_LINE;
}
