/** SiLU, x sigma(x), also called swish (Ramachandran et al. 2017, arXiv 1710.05941). */
import type { Tensor } from "../../tensor.ts";

export function silu(out: Tensor, x: Tensor): void {
  for (let i = 0; i < out.data.length; i++) out.data[i] = x.data[i] / (1 + Math.exp(-x.data[i]));
}
