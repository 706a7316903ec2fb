/** Sums and multiples, element by element. */
import type { Tensor } from "../../tensor.ts";

/** out[i] = a[i] + b[i] */
export function add(out: Tensor, a: Tensor, b: Tensor): void {
  for (let i = 0; i < out.data.length; i++) out.data[i] = a.data[i] + b.data[i];
}

/** out[i] = factor * a[i] */
export function scale(out: Tensor, a: Tensor, factor: number): void {
  for (let i = 0; i < out.data.length; i++) out.data[i] = factor * a.data[i];
}
