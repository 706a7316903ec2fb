/** Copies, without computation. */
import type { Tensor } from "../../tensor.ts";

/** out = x */
export function copy(out: Tensor, x: Tensor): void {
  out.data.set(x.data);
}

/** out[i, j] = x[i, start + j]. [m, *] -> [m, n] */
export function columns(out: Tensor, x: Tensor, start: number): void {
  const [m, n] = out.shape as [number, number];
  const width = x.shape[1] as number;
  for (let i = 0; i < m; i++) {
    const from = i * width + start;
    out.data.set(x.data.subarray(from, from + n), i * n);
  }
}

/** out[h, t] = x[h, t] for from <= t < to. x [H, capacity, D], out [H, another capacity, D] */
export function copyHeads(out: Tensor, x: Tensor, from: number, to: number): void {
  const [heads, capacity, d] = x.shape as [number, number, number];
  const outCapacity = out.shape[1] as number;
  for (let h = 0; h < heads; h++) {
    const rows = x.data.subarray((h * capacity + from) * d, (h * capacity + to) * d);
    out.data.set(rows, (h * outCapacity + from) * d);
  }
}

/** cache[h, position + t] = x[t, h D .. (h + 1) D]. x [T, C], cache [H, capacity, D] */
export function storeHeads(cache: Tensor, x: Tensor, position: number): void {
  const [heads, capacity, d] = cache.shape as [number, number, number];
  const rows = x.shape[0] as number;
  for (let t = 0; t < rows; t++) {
    for (let h = 0; h < heads; h++) {
      const from = (t * heads + h) * d;
      cache.data.set(x.data.subarray(from, from + d), (h * capacity + position + t) * d);
    }
  }
}
