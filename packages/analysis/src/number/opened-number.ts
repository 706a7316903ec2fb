/** A number of a pass, opened: the formula that gave it, and the numbers that went into it. */
import type { Shape } from "@tsgpt/tensor";

/** A number by its name: an activation's key or a parameter's name in the checkpoint, and its index there. */
export interface NumberName {
  readonly tensor: string;
  readonly index: readonly number[];
}

/** What a factor is of the number that it comes from, if it is not that number itself. */
export type Derived = "negative" | "reciprocal" | "squared difference from the mean" | "exponential" | "rounded";

/** A factor of an operand. */
export interface Factor {
  readonly value: number;
  /** The number that it comes from, which can be opened in turn; undefined for a constant. */
  readonly from?: NumberName;
  readonly as?: Derived;
}

/** A term of the formula's sum: the product of its factors. */
export interface Operand {
  readonly factors: readonly Factor[];
  /** The product, in float64. */
  readonly contribution: number;
}

/**
 * How a number comes from the sum of its operands.
 * parameter: it is the checkpoint's, and has none. lookup, sum, linear, score, values, norm, mean, logit: the sum.
 * scale: the sum's square root. softmax: its own operand's share of the sum. activation: the MLP's function of it.
 * masked: a score or weight of a later token, which has none.
 */
export type Formula =
  | "parameter"
  | "lookup"
  | "sum"
  | "linear"
  | "score"
  | "masked"
  | "softmax"
  | "values"
  | "norm"
  | "mean"
  | "scale"
  | "activation"
  | "logit";

/** A number, and where it comes from. */
export interface OpenedNumber {
  readonly name: NumberName;
  readonly shape: Shape;
  /** As the pass computed it, in float32; means and scales, which it does not keep, are computed again. */
  readonly value: number;
  readonly formula: Formula;
  readonly operands: readonly Operand[];
  /** Of the operands' contributions, in float64. */
  readonly sum: number;
  /** The formula's value: what `value` is but for rounding. */
  readonly result: number;
}

/** An operand of these factors. */
export function operand(...factors: readonly Factor[]): Operand {
  return { factors, contribution: factors.reduce((product, { value }) => product * value, 1) };
}
