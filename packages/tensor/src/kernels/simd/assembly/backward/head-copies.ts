/**
 * Copies of one head's rows, for attention-gradient.ts, padded with zeros to `rows` rows, a multiple of 24, and
 * `channels` channels, a multiple of eight.
 */
const LANES: i32 = 8;
const LINE: usize = 32; // bytes of eight numbers

/** target [rows, channels] = scale x [t, d], whose rows are `stride` bytes apart */
export function copyHead(
  target: usize, x: usize, stride: usize, t: i32, d: i32, rows: i32, channels: i32, scale: f32,
): void {
  if (d < channels || t < rows) memory.fill(target, 0, <usize>(rows * channels) << 2);
  const scales = f32x4.splat(scale), fours = <usize>(d & ~3) << 2, end = <usize>d << 2;
  for (let i = 0; i < t; i++, x += stride, target += <usize>channels << 2) {
    for (let at: usize = 0; at < fours; at += 16) v128.store(target + at, f32x4.mul(v128.load(x + at), scales));
    for (let at = fours; at < end; at += 4) store<f32>(target + at, load<f32>(x + at) * scale);
  }
}

/** target [t, d], whose rows are `stride` bytes apart, = x [t, channels] */
export function copyHeadOut(target: usize, stride: usize, x: usize, t: i32, d: i32, channels: i32): void {
  const fours = <usize>(d & ~3) << 2, end = <usize>d << 2;
  for (let i = 0; i < t; i++, target += stride, x += <usize>channels << 2) {
    for (let at: usize = 0; at < fours; at += 16) v128.store(target + at, v128.load(x + at));
    for (let at = fours; at < end; at += 4) store<f32>(target + at, load<f32>(x + at));
  }
}

/** Strips of eight rows, transposed: target [rows / 8, channels, 8] */
export function stripsOfRows(
  target: usize, x: usize, stride: usize, t: i32, d: i32, rows: i32, channels: i32,
): void {
  if (d < channels || t < rows) memory.fill(target, 0, <usize>(rows * channels) << 2);
  for (let i = 0; i < t; i++, x += stride) {
    let to = target + <usize>(i / LANES) * channels * LINE + (<usize>(i % LANES) << 2);
    for (let at: usize = 0, end = <usize>d << 2; at < end; at += 4, to += LINE) store<f32>(to, load<f32>(x + at));
  }
}

/** Strips of eight channels: target [channels / 8, rows, 8] */
export function stripsOfChannels(
  target: usize, x: usize, stride: usize, t: i32, d: i32, rows: i32, channels: i32,
): void {
  if (d < channels || t < rows) memory.fill(target, 0, <usize>(rows * channels) << 2);
  for (let i = 0; i < t; i++, x += stride) {
    let to = target + <usize>i * LINE;
    let at: usize = 0;
    const eights = <usize>(d & ~7) << 2;
    for (; at < eights; at += LINE, to += <usize>rows * LINE) {
      v128.store(to, v128.load(x + at));
      v128.store(to, v128.load(x + at, 16), 16);
    }
    for (const end = <usize>d << 2; at < end; at += 4, to += 4) store<f32>(to, load<f32>(x + at));
  }
}
