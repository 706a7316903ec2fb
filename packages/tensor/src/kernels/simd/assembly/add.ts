/** The residual sum, four numbers at a time: bound by memory, so on one thread. */

/** out = a + b for count elements; `out` may be either. */
export function add(out: usize, a: usize, b: usize, count: i32): void {
  const fours = count & ~3;
  for (let i = 0; i < fours; i += 4) {
    const at = <usize>i << 2;
    v128.store(out + at, f32x4.add(v128.load(a + at), v128.load(b + at)));
  }
  for (let i = fours; i < count; i++) {
    const at = <usize>i << 2;
    store<f32>(out + at, load<f32>(a + at) + load<f32>(b + at));
  }
}
