/**
 * PackedWeight: a matrix in panels of 8 outputs (assembly/linear.ts), in an engine's memory. One layout serves the linear layers
 * ([in, out]) and, from the transpose, a head and its embedding table ([V, C], of which each row is an output).
 */
import { type Shape, sizeOf, Tensor } from "../../tensor.ts";
import type { Weight } from "../../weight.ts";

const LANES = 8;

export interface PackedWeight extends Weight {
  readonly pointer: number;
  /** Inputs of a product with it. */
  readonly k: number;
  /** Outputs of a product with it. */
  readonly n: number;
}

/** Bytes of [k, n] in panels: the last panel is filled up. */
export function packedBytes(k: number, n: number): number {
  return Math.ceil(n / LANES) * LANES * k * 4;
}

/** The weight whose panels are `data`. `outputs`: "columns" for [in, out], "rows" for [V, C]. */
export function packedWeight(shape: Shape, outputs: "columns" | "rows", data: Float32Array): PackedWeight {
  const [rows, columns] = shape as [number, number];
  const [k, n] = outputs === "columns" ? [rows, columns] : [columns, rows];
  const at = (input: number, output: number) => data[((output >> 3) * k + input) * LANES + (output & 7)] as number;
  const row = (index: number) =>
    new Tensor(
      Float32Array.from({ length: columns }, (_, j) => (outputs === "columns" ? at(index, j) : at(j, index))),
      [columns],
    );
  const toTensor = () => {
    const whole = Tensor.zeros(shape);
    for (let i = 0; i < rows; i++) whole.data.set(row(i).data, i * columns);
    return whole;
  };
  const layout = outputs === "columns" ? "panels of 8 columns" : "panels of 8 rows";
  const bytes = data.byteLength;
  return { shape, dtype: "F32", layout, bytes, pointer: data.byteOffset, k, n, row, toTensor };
}

export function isPacked(weight: Weight): weight is PackedWeight {
  return "pointer" in weight && sizeOf(weight.shape) > 0;
}
