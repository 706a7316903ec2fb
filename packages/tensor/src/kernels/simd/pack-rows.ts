/** Packs rows of a stored matrix into panels, on all threads: assembly/pack.ts, pack-int8.ts. */
import { unsupportedDtype } from "../../errors.ts";
import type { Outputs } from "../../storage.ts";
import { StorageError } from "../../storage-error.ts";
import type { StoredDtype, WeightDtype } from "../../weight.ts";
import { KEPT, STORED } from "./dtypes.ts";
import type { ReadyJob } from "./jobs.ts";
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

const UNITS_PER_THREAD = 4;

/** Packs rows of floats. @throws StorageError if the dtype cannot represent a value */
export function packRows(pool: Pool, rows: RowsToPack): void {
  const { packed, source, stored, kept, first, count, k, n, outputs } = rows;
  const { packInputs, packOutputs } = pool.jobs;
  const [from, to] = [STORED[stored], KEPT[kept]];
  const job =
    outputs === "columns"
      ? packInputs.packed(packed).bytes(source).from(from).to(to).row(first).count(count).k(k).n(n)
      : packOutputs.packed(packed).bytes(source).from(from).to(to).row(first).count(count).k(k);
  inUnits(pool, job, Math.ceil((outputs === "columns" ? n : count) / lanesOf(kept)));
  checkFault(pool, kept);
}

/** Quantizes and packs rows; `scales` are those of all outputs. @throws StorageError */
export function packInt8Rows(pool: Pool, scales: number, rows: RowsToPack): void {
  const { packed, source, stored, first, count, k, n, outputs } = rows;
  const { packInputsInt8, packOutputsInt8 } = pool.jobs;
  const from = STORED[stored];
  const panels = packed + first * 4 * Math.ceil(k / 4); // of whole rows
  const scalesOfRows = scales + 4 * first;
  const job =
    outputs === "columns"
      ? packInputsInt8.packed(packed).scales(scales).bytes(source).from(from).row(first).count(count).k(k).n(n)
      : packOutputsInt8.packed(panels).scales(scalesOfRows).bytes(source).from(from).count(count).k(k);
  inUnits(pool, job, Math.ceil((outputs === "columns" ? n : count) / lanesOf("int8")));
  checkFault(pool, "int8");
}

/** Updates the largest magnitude of each column with these rows. */
export function growColumnPeaks(pool: Pool, peaks: number, { source, stored, count, n }: RowsToPack): void {
  inUnits(pool, pool.jobs.columnPeaks.peaks(peaks).bytes(source).from(STORED[stored]).count(count).n(n), n);
}

/** The scales of whole rows. @throws StorageError if a number is infinite or NaN */
export function rowScales(pool: Pool, scales: number, { source, stored, first, count, k }: RowsToPack): void {
  const scalesOfRows = scales + 4 * first;
  inUnits(pool, pool.jobs.rowPeaks.peaks(scalesOfRows).bytes(source).from(STORED[stored]).k(k), count);
  scalesOfPeaks(pool, scalesOfRows, count);
}

/** Converts the largest magnitudes to scales, in place. @throws StorageError if one is infinite or NaN */
export function scalesOfPeaks(pool: Pool, scales: number, count: number): void {
  pool.exports.scalesOfPeaks(scales, count);
  checkFault(pool, "int8");
}

function inUnits(pool: Pool, job: ReadyJob, outputs: number): void {
  job.run(outputs, Math.max(1, Math.ceil(outputs / (pool.threads * UNITS_PER_THREAD))));
}

function checkFault(pool: Pool, kept: WeightDtype): void {
  if (!pool.takeFault()) return;
  switch (kept) {
    case "f32":
    case "bf16":
      return;
    case "f16":
    case "int8":
      throw new StorageError(kept);
    default:
      unsupportedDtype("loadWeight", kept);
  }
}
