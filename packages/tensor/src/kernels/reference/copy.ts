/** Copies: numbers move, none is computed. */
import type { Tensor } from "../../tensor.ts";

export function copy(out: Tensor, x: Tensor): void {
  out.data.set(x.data);
}

export function copyHeads(out: Tensor, x: Tensor, from: number, to: number): void {
  const [heads, capacity, d] = x.shape as [number, number, number];
  const outCapacity = out.shape[1] as number;
  for (let h = 0; h < heads; h++) {
    const rows = x.data.subarray((h * capacity + from) * d, (h * capacity + to) * d);
    out.data.set(rows, (h * outCapacity + from) * d);
  }
}
