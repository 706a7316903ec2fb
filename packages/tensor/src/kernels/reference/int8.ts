/**
 * Products with an int8 weight, as a specification: integer products and sums, then the two scales. Each row of x is
 * quantized symmetrically by itself when it is multiplied, in 127 steps up to its largest magnitude.
 */
import { roundToEven } from "../../dtype.ts";
import type { Outputs } from "../../storage.ts";
import { Tensor } from "../../tensor.ts";
import type { Weight } from "../../weight.ts";

const STEPS = 127;

/**
 * out[i, j] = bias[j] + xScale[i] scale[j] (sum over t of xq[i, t] q[t, j]). [m, k] x [k, n], or [n, k] of "rows" ->
 * [m, n]
 */
export function int8Product(out: Tensor, x: Tensor, weight: Weight, bias: Tensor | undefined, outputs: Outputs): void {
  const [m, k, n] = [x.shape[0], x.shape[1], out.shape[1]] as [number, number, number];
  const { bytes, scales } = weight.toStored();
  const q = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  const [overInputs, overOutputs] = outputs === "columns" ? [n, 1] : [1, k];
  for (let i = 0; i < m; i++) {
    const row = quantizeRow(x.data.subarray(i * k, (i + 1) * k));
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let t = 0; t < k; t++) sum += row.values[t] * q[t * overInputs + j * overOutputs];
      out.data[i * n + j] = sum * row.scale * (scales as Float32Array)[j] + (bias?.data[j] ?? 0);
    }
  }
}

/** The rows of x as a product reads them, quantized and widened again. [m, k] -> [m, k] */
export function quantizedRows(x: Tensor): Tensor {
  const [m, k] = x.shape as [number, number];
  const out = Tensor.zeros(x.shape);
  for (let i = 0; i < m; i++) {
    const { values, scale } = quantizeRow(x.data.subarray(i * k, (i + 1) * k));
    for (let t = 0; t < k; t++) out.data[i * k + t] = values[t] * scale;
  }
  return out;
}

/**
 * A quantized row and its scale, the largest magnitude / 127. If that is infinite or NaN, the scale is NaN, and so are
 * all outputs.
 */
function quantizeRow(x: Float32Array): { values: Int8Array; scale: number } {
  const peak = x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (!Number.isFinite(peak)) return { values: new Int8Array(x.length), scale: Number.NaN };
  const factor = Math.fround(STEPS / peak);
  // zeros, or all below 4e-37
  if (factor === Number.POSITIVE_INFINITY) return { values: new Int8Array(x.length), scale: 0 };
  return {
    values: Int8Array.from(x, (value) => roundToEven(Math.fround(value * factor))),
    scale: Math.fround(peak / STEPS),
  };
}
