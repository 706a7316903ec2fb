/**
 * Looks up rows of a table packed as a head: row i is output i of the panels, its values are eight apart (int8: in
 * words of four, eight words apart).
 *
 *   panel i >> 3:  w[0, 0..7] w[1, 0..7] ...      row i: lane i & 7 of each
 *
 * A third of the speed of the reference, which copies a row (0.3 us for 768 values), but GPT-2's table (154 MB) exists
 * only once.
 */
import { BF16, F16, F32, I8 } from "./dtypes";
import { placeOf, widenFour } from "./halves";

/** out [T, k]: row ids[i] of the table, the output ids[i] of the packed W; `scales` are an int8 table's. */
export function embedding(out: usize, table: usize, ids: usize, count: i32, k: i32, dtype: i32, scales: usize): void {
  for (let i = 0; i < count; i++) {
    const id = load<i32>(ids + (<usize>i << 2));
    const to = out + ((<usize>i * k) << 2);
    if (dtype == F32) rowOfFloats(to, table, id, k);
    else if (dtype == I8) rowOfInt8(to, table, id, k, load<f32>(scales + (<usize>id << 2)));
    else if (dtype == F16 || dtype == BF16) rowOfHalves(to, table, id, k, dtype);
    else unreachable();
  }
}

function rowOfFloats(to: usize, table: usize, id: i32, k: i32): void {
  let from = table + (((<usize>(id >> 3) * k * 8) + (id & 7)) << 2);
  for (let j = 0; j < k; j++, from += 32, to += 4) store<f32>(to, load<f32>(from));
}

function rowOfHalves(to: usize, table: usize, id: i32, k: i32, dtype: i32): void {
  let from = table + (((<usize>(id >> 3) * k * 8) + placeOf(id & 7)) << 1);
  for (let j = 0; j < k; j++, from += 16, to += 4) {
    store<f32>(to, f32x4.extract_lane(widenFour(i32x4.splat(load<u16>(from)), dtype == F16), 0));
  }
}

function rowOfInt8(to: usize, table: usize, id: i32, k: i32, scale: f32): void {
  const from = table + ((<usize>(id >> 3) * ((k + 3) >> 2)) << 5) + ((id & 7) << 2);
  for (let j = 0; j < k; j++, to += 4) {
    const byte = load<u8>(from + (<usize>(j >> 2) << 5) + (j & 3));
    store<f32>(to, <f32>(<i32>byte - 64) * scale);
  }
}
