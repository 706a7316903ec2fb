/**
 * Loading: the bytes of a stored tensor pass through a staging buffer, a few rows at a time, and are widened and packed
 * by all threads. Callers that load several weights at once overlap reading with packing.
 */
import { BYTES_PER_ELEMENT } from "../../dtype.ts";
import { unsupportedDtype } from "../../errors.ts";
import { checkStorage, outputsOf, productOf } from "../../storage.ts";
import { type Shape, sizeOf, Tensor } from "../../tensor.ts";
import type { Weight, WeightDtype, WeightRole, WeightSource } from "../../weight.ts";
import { STORED } from "./dtypes.ts";
import { allocatedBytes, type EngineMemory } from "./memory.ts";
import { growColumnPeaks, packInt8Rows, packRows, type RowsToPack, rowScales, scalesOfPeaks } from "./pack-rows.ts";
import { lanesOf, packedBytes, packedWeight, panelBytes } from "./packed-weight.ts";
import { CHUNK, type Staging } from "./staging.ts";
import type { Pool } from "./threads/pool.ts";

/** Destination of loaded weights. */
export interface Place {
  readonly memory: EngineMemory;
  readonly pool: Pool;
  readonly staging: Staging;
}

/** Called for a range of elements that has arrived at `from`. */
type Take = (from: number, first: number, count: number) => void;

/**
 * Loads a weight into that memory; a failed load leaves nothing allocated. @throws StorageError; EngineError; errors of
 * the source
 */
export async function loadWeight(
  source: WeightSource,
  role: WeightRole,
  dtype: WeightDtype,
  place: Place,
): Promise<Weight> {
  place.pool.check();
  checkStorage(source, role, dtype);
  const { shape } = source;
  if (sizeOf(shape) === 0) return Tensor.zeros(shape);
  const pointer = place.memory.allocate(weightBytes(shape, role, dtype));
  try {
    if (role === "vector") return await loadVector(source, pointer, place);
    return await loadMatrix(source, role, dtype, pointer, place);
  } catch (error) {
    place.memory.free(pointer);
    throw error;
  }
}

/** Bytes that such a weight takes in memory. */
export function weightBytes(shape: Shape, role: WeightRole, dtype: WeightDtype = "f32"): number {
  if (sizeOf(shape) === 0) return 0;
  if (role === "vector") return allocatedBytes(4 * sizeOf(shape));
  const { k, n } = productOf(shape, outputsOf(role));
  return allocatedBytes(packedBytes(k, n, dtype));
}

async function loadMatrix(source: WeightSource, role: WeightRole, dtype: WeightDtype, packed: number, place: Place) {
  const { memory, pool } = place;
  const outputs = outputsOf(role);
  const { k, n } = productOf(source.shape, outputs);
  const lanes = lanesOf(dtype);
  const full = panelBytes(k, Math.floor(n / lanes) * lanes, dtype);
  memory.bytes(packed + full, panelBytes(k, n, dtype) - full).fill(0); // padding of the last panel
  const rows = (at: number, first: number, count: number): RowsToPack => {
    return { packed, source: at, stored: source.dtype, kept: dtype, first, count, k, n, outputs };
  };
  switch (dtype) {
    case "f32":
    case "f16":
    case "bf16":
      await readRows(source, lanes, place, (...arrived) => packRows(pool, rows(...arrived)));
      break;
    case "int8":
      await loadInt8(source, packed + panelBytes(k, n, dtype), rows, place);
      break;
    default:
      unsupportedDtype("loadWeight", dtype);
  }
  return packedWeight(source.shape, outputs, dtype, packed, memory);
}

/**
 * A row's scale is known once the row is read; a column's only after all rows, so a float source with outputs in
 * columns is read twice. An int8 file contains its scales.
 */
async function loadInt8(
  source: WeightSource,
  scales: number,
  rowsOf: (...arrived: Parameters<Take>) => RowsToPack,
  place: Place,
) {
  const { memory, pool } = place;
  const { outputs, n } = rowsOf(0, 0, 0);
  const given = source.scales;
  if (given) memory.floats(scales, n).set(given);
  else if (outputs === "columns") {
    memory.floats(scales, n).fill(0);
    await readRows(source, lanesOf("int8"), place, (...arrived) => growColumnPeaks(pool, scales, rowsOf(...arrived)));
    scalesOfPeaks(pool, scales, n);
  }
  await readRows(source, lanesOf("int8"), place, (...arrived) => {
    const rows = rowsOf(...arrived);
    if (!given && outputs === "rows") rowScales(pool, scales, rows);
    packInt8Rows(pool, scales, rows);
  });
}

async function loadVector(source: WeightSource, pointer: number, place: Place): Promise<Tensor> {
  await readRows(source, 1, place, (from, first, count) => {
    place.pool.exports.widen(pointer + 4 * first, from, STORED[source.dtype], 0, count);
  });
  return new Tensor(place.memory.floats(pointer, sizeOf(source.shape)), source.shape);
}

/** Reads the tensor in multiples of `together` rows; the rows of a vector are its elements. */
async function readRows(
  { shape, dtype, read }: WeightSource,
  together: number,
  place: Place,
  take: Take,
): Promise<void> {
  const { memory, pool, staging } = place;
  const [rows = 1, ...rest] = shape;
  const rowBytes = sizeOf(rest) * BYTES_PER_ELEMENT[dtype];
  const perRead = Math.max(1, Math.floor(CHUNK / rowBytes / together)) * together;
  const piece = await staging.take(Math.min(perRead, rows) * rowBytes);
  try {
    for (let first = 0; first < rows; first += perRead) {
      pool.check();
      const count = Math.min(perRead, rows - first);
      await read(first * rowBytes, memory.bytes(piece.pointer, count * rowBytes));
      pool.check(); // it may have been disposed during the read
      take(piece.pointer, first, count);
    }
  } finally {
    staging.give(piece);
  }
}
