/**
 * Loading: the bytes of a stored tensor go through a piece of staging, a few rows at a time, and are widened and packed by all
 * threads. While one weight is packed, others are being read: that is for the caller to arrange, by loading several at once.
 */
import { BYTES_PER_ELEMENT } from "../../dtype.ts";
import { type Shape, sizeOf, Tensor } from "../../tensor.ts";
import type { Pool } from "../../threads/pool.ts";
import type { StoredDtype, Weight, WeightRole, WeightSource } from "../../weight.ts";
import { allocatedBytes, type EngineMemory } from "./memory.ts";
import { packedBytes, packedWeight } from "./packed-weight.ts";
import { packRows } from "./products.ts";
import { CHUNK, type Staging } from "./staging.ts";

const DTYPE: Readonly<Record<StoredDtype, number>> = { F32: 0, F16: 1, BF16: 2 };
const PANEL = 8; // rows of a head that are packed together

/** Where weights are loaded. */
export interface Place {
  readonly memory: EngineMemory;
  readonly pool: Pool;
  readonly staging: Staging;
}

/** What happens to a run of elements that has arrived at `from`. */
type Take = (from: number, first: number, count: number) => void;

/** A weight in that memory; of a load that fails, nothing stays there. @throws EngineError; what the source throws */
export async function loadWeight(source: WeightSource, role: WeightRole, place: Place): Promise<Weight> {
  place.pool.check();
  const { shape } = source;
  if (sizeOf(shape) === 0) return Tensor.zeros(shape);
  const pointer = place.memory.allocate(weightBytes(shape, role));
  try {
    return await (role === "vector" ? loadVector(source, pointer, place) : loadMatrix(source, role, pointer, place));
  } catch (error) {
    place.memory.free(pointer);
    throw error;
  }
}

/** Bytes that such a weight takes in memory. */
export function weightBytes(shape: Shape, role: WeightRole): number {
  if (sizeOf(shape) === 0) return 0;
  if (role === "vector") return allocatedBytes(4 * sizeOf(shape));
  const { k, n } = product(shape, role);
  return allocatedBytes(packedBytes(k, n));
}

/** Inputs and outputs of a product with a matrix. */
function product(shape: Shape, role: WeightRole) {
  const [rows, columns] = shape as [number, number];
  return role === "linear" ? { k: rows, n: columns } : { k: columns, n: rows };
}

async function loadMatrix(source: WeightSource, role: WeightRole, packed: number, place: Place): Promise<Weight> {
  const { memory, pool } = place;
  const { k, n } = product(source.shape, role);
  const outputs = role === "linear" ? "columns" : "rows";
  const panels = memory.floats(packed, packedBytes(k, n) / 4);
  if (n % PANEL > 0) panels.fill(0, Math.floor(n / PANEL) * PANEL * k); // what fills the last panel up
  await readRows(source, PANEL, place, (from, first, count) => {
    packRows(pool, { packed, source: from, dtype: DTYPE[source.dtype], first, count, k, n, outputs });
  });
  return packedWeight(source.shape, outputs, panels);
}

async function loadVector(source: WeightSource, pointer: number, place: Place): Promise<Tensor> {
  await readRows(source, 1, place, (from, first, count) => {
    place.pool.exports.widen(pointer + 4 * first, from, DTYPE[source.dtype], 0, count);
  });
  return new Tensor(place.memory.floats(pointer, sizeOf(source.shape)), source.shape);
}

/** Reads the tensor, a multiple of `together` rows at a time; those of a vector are its elements. */
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
      pool.check(); // it may have been disposed meanwhile
      take(piece.pointer, first, count);
    }
  } finally {
    staging.give(piece);
  }
}
