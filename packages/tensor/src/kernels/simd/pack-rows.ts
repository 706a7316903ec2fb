/** Packing on all threads: rows of a stored matrix into the panels they belong to. assembly/pack.ts, pack-int8.ts. */
import { StorageError } from "../../errors.ts";
import type { Outputs } from "../../storage.ts";
import type { StoredDtype, WeightDtype } from "../../weight.ts";
import { JOB } from "./context.ts";
import { KEPT, STORED } from "./dtypes.ts";
import { lanesOf } from "./packed-weight.ts";
import type { Pool } from "./threads/pool.ts";

/** Rows that have arrived at `source`. */
export interface RowsToPack {
  readonly packed: number;
  readonly source: number;
  readonly stored: StoredDtype;
  readonly kept: WeightDtype;
  /** The first of the rows; a multiple of a panel's outputs. */
  readonly first: number;
  readonly count: number;
  readonly k: number;
  readonly n: number;
  readonly outputs: Outputs;
}

const UNITS_A_THREAD = 4;

/** Packs rows of floats. @throws StorageError if a number cannot be kept in that dtype */
export function packRows(pool: Pool, rows: RowsToPack): void {
  const { packed, source, stored, kept, first, count, k, n, outputs } = rows;
  pool.int(2, packed);
  pool.int(3, source);
  pool.int(4, STORED[stored]);
  pool.int(5, first);
  pool.int(6, count);
  pool.int(7, k);
  pool.int(8, n);
  pool.int(9, KEPT[kept]);
  inUnits(
    pool,
    outputs === "columns" ? JOB.packInputs : JOB.packOutputs,
    Math.ceil((outputs === "columns" ? n : count) / lanesOf(kept)),
  );
  checkFault(pool, kept);
}

/** Quantizes and packs rows; `scales` are those of all outputs. @throws StorageError */
export function packInt8Rows(pool: Pool, scales: number, rows: RowsToPack): void {
  const { packed, source, stored, first, count, k, n, outputs } = rows;
  const byColumns = outputs === "columns";
  pool.int(2, byColumns ? packed : packed + first * 4 * Math.ceil(k / 4));
  pool.int(3, source);
  pool.int(4, STORED[stored]);
  pool.int(5, first);
  pool.int(6, count);
  pool.int(7, k);
  pool.int(8, n);
  pool.int(9, byColumns ? scales : scales + 4 * first);
  inUnits(
    pool,
    byColumns ? JOB.packInputsInt8 : JOB.packOutputsInt8,
    Math.ceil((byColumns ? n : count) / lanesOf("int8")),
  );
  checkFault(pool, "int8");
}

/** Takes rows into the largest magnitude of each column. */
export function growColumnPeaks(pool: Pool, peaks: number, { source, stored, count, n }: RowsToPack): void {
  pool.int(2, peaks);
  pool.int(3, source);
  pool.int(4, STORED[stored]);
  pool.int(5, count);
  pool.int(6, n);
  inUnits(pool, JOB.columnPeaks, n);
}

/** The scales of whole rows. @throws StorageError if a number is infinite or NaN */
export function rowScales(pool: Pool, scales: number, { source, stored, first, count, k }: RowsToPack): void {
  pool.int(2, scales + 4 * first);
  pool.int(3, source);
  pool.int(4, STORED[stored]);
  pool.int(5, k);
  inUnits(pool, JOB.rowPeaks, count);
  scalesOfPeaks(pool, scales + 4 * first, count);
}

/** Scales from the largest magnitudes, in their place. @throws StorageError if one is infinite or NaN */
export function scalesOfPeaks(pool: Pool, scales: number, count: number): void {
  pool.exports.scalesOfPeaks(scales, count);
  checkFault(pool, "int8");
}

function inUnits(pool: Pool, job: number, outputs: number): void {
  pool.run(job, outputs, Math.max(1, Math.ceil(outputs / (pool.threads * UNITS_A_THREAD))));
}

function checkFault(pool: Pool, kept: WeightDtype): void {
  if (pool.takeFault() && (kept === "f16" || kept === "int8")) throw new StorageError(kept);
}
