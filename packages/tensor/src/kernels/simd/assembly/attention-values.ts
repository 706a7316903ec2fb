/** The second half of attention.ts: sums of values, weighted by the pattern. */
import { madd } from "./madd";

/** out[r] = sum over t < seen + r of row r's weight[t] values[t], term after term. */
export function weighTile(
  out: usize, rowBytes: usize, weights: usize, weightBytes: usize, values: usize, d: i32, rows: i32, seen: i32,
): void {
  if (rows < 4) {
    for (let r = 0; r < rows; r++, out += rowBytes, weights += weightBytes) {
      memory.fill(out, 0, <usize>d << 2);
      addValues(out, weights, values, d, 0, seen + r);
    }
    return;
  }
  const eights = d & ~7;
  for (let channel = 0; channel < eights; channel += 8) {
    fourByEight(out, rowBytes, weights, weightBytes, values, d, channel, seen);
  }
  for (let r = 0; r < 4; r++, out += rowBytes, weights += weightBytes) {
    memory.fill(out + (<usize>eights << 2), 0, <usize>(d - eights) << 2);
    addChannels(out, weights, values, d, eights, 0, seen);
    addValues(out, weights, values, d, seen, seen + r);
  }
}

/** Adds weight[t] values[t] for t of [begin, end) to `out`, four values at a time, which reads memory sequentially. */
function addValues(out: usize, weights: usize, values: usize, d: i32, begin: i32, end: i32): void {
  const stride = <usize>d << 2;
  const eights = <usize>(d & ~7) << 2;
  const fours = begin + ((end - begin) & ~3);
  for (let t = begin; t < fours; t += 4) {
    const w = weights + (<usize>t << 2);
    const p0 = v128.load_splat<f32>(w), p1 = v128.load_splat<f32>(w, 4);
    const p2 = v128.load_splat<f32>(w, 8), p3 = v128.load_splat<f32>(w, 12);
    const v = values + <usize>t * stride;
    for (let j: usize = 0; j < eights; j += 32) {
      const at = v + j;
      const low = madd(p1, v128.load(at + stride), madd(p0, v128.load(at), v128.load(out + j)));
      const high = madd(p1, v128.load(at + stride, 16), madd(p0, v128.load(at, 16), v128.load(out + j, 16)));
      v128.store(out + j, madd(p3, v128.load(at + 3 * stride), madd(p2, v128.load(at + 2 * stride), low)));
      v128.store(out + j, madd(p3, v128.load(at + 3 * stride, 16), madd(p2, v128.load(at + 2 * stride, 16), high)), 16);
    }
  }
  for (let t = fours; t < end; t++) {
    const p = v128.load_splat<f32>(weights + (<usize>t << 2));
    const v = values + <usize>t * stride;
    for (let j: usize = 0; j < eights; j += 16) v128.store(out + j, madd(p, v128.load(v + j), v128.load(out + j)));
  }
  addChannels(out, weights, values, d, d & ~7, begin, end);
}

/** The same for the channels from `first` on, beyond a multiple of eight, one by one. */
function addChannels(out: usize, weights: usize, values: usize, d: i32, first: i32, begin: i32, end: i32): void {
  for (let j = first; j < d; j++) {
    const place = out + (<usize>j << 2);
    let sum = load<f32>(place);
    for (let t = begin; t < end; t++) {
      sum += load<f32>(weights + (<usize>t << 2)) * load<f32>(values + ((<usize>t * d + j) << 2));
    }
    store<f32>(place, sum);
  }
}

function fourByEight(
  out: usize, rowBytes: usize, weights: usize, weightBytes: usize, values: usize, d: i32, channel: i32, seen: i32,
): void {
  let a0 = f32x4.splat(0), b0 = a0, a1 = a0, b1 = a0, a2 = a0, b2 = a0, a3 = a0, b3 = a0;
  let v = values + (<usize>channel << 2);
  const stride = <usize>d << 2;
  const end = weights + (<usize>seen << 2);
  for (let w0 = weights; w0 < end; w0 += 4, v += stride) {
    const a = v128.load(v, 0), b = v128.load(v, 16);
    const p0 = v128.load_splat<f32>(w0);
    a0 = madd(p0, a, a0);
    b0 = madd(p0, b, b0);
    const p1 = v128.load_splat<f32>(w0 + weightBytes);
    a1 = madd(p1, a, a1);
    b1 = madd(p1, b, b1);
    const p2 = v128.load_splat<f32>(w0 + 2 * weightBytes);
    a2 = madd(p2, a, a2);
    b2 = madd(p2, b, b2);
    const p3 = v128.load_splat<f32>(w0 + 3 * weightBytes);
    a3 = madd(p3, a, a3);
    b3 = madd(p3, b, b3);
  }
  const at = out + (<usize>channel << 2);
  v128.store(at, a0, 0);
  v128.store(at, b0, 16);
  v128.store(at + rowBytes, a1, 0);
  v128.store(at + rowBytes, b1, 16);
  v128.store(at + 2 * rowBytes, a2, 0);
  v128.store(at + 2 * rowBytes, b2, 16);
  v128.store(at + 3 * rowBytes, a3, 0);
  v128.store(at + 3 * rowBytes, b3, 16);
}
