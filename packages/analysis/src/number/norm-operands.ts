/** The operands of a layer norm: (x - mean) / scale times a weight, plus a bias; scale = sqrt(variance + epsilon). */
import { fromParameter, type NamedParameter } from "./number-source.ts";
import { type Factor, type NumberName, type Operand, operand } from "./opened-number.ts";

/** The row that is normalized, and the names of its numbers, its mean and its scale. */
export interface NormalizedRow {
  /** [C] */
  readonly data: Float32Array;
  readonly epsilon: number;
  readonly name: (channel: number) => NumberName;
  readonly mean: NumberName;
  readonly scale: NumberName;
}

/** x / scale * weight, -mean / scale * weight, and the bias. */
export function normOperands(
  row: NormalizedRow,
  { weight, bias }: Record<"weight" | "bias", NamedParameter>,
  channel: number,
): Operand[] {
  const reciprocal: Factor = { value: 1 / scaleOf(row), from: row.scale, as: "reciprocal" };
  const w = fromParameter(weight, channel);
  return [
    operand({ value: row.data[channel]!, from: row.name(channel) }, reciprocal, w),
    operand({ value: -meanOf(row), from: row.mean, as: "negative" }, reciprocal, w),
    operand(fromParameter(bias, channel)),
  ];
}

/** x / C for each channel. */
export function meanOperands({ data, name }: NormalizedRow): Operand[] {
  const share = { value: 1 / data.length };
  return Array.from(data, (value, c) => operand({ value, from: name(c) }, share));
}

/** (x - mean)^2 / C for each channel, and epsilon. */
export function scaleOperands(row: NormalizedRow): Operand[] {
  const [mean, share] = [meanOf(row), { value: 1 / row.data.length }];
  const squares = Array.from(row.data, (value, c) =>
    operand({ value: (value - mean) ** 2, from: row.name(c), as: "squared difference from the mean" }, share),
  );
  return [...squares, operand({ value: row.epsilon })];
}

/** In float64. */
export function meanOf({ data }: NormalizedRow): number {
  return data.reduce((sum, value) => sum + value, 0) / data.length;
}

/** In float64. */
export function scaleOf(row: NormalizedRow): number {
  const mean = meanOf(row);
  const variance = row.data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.data.length;
  return Math.sqrt(variance + row.epsilon);
}
