/** Which weights can be stored in which dtype, and along which axis the outputs of a product are. */
import { formatShape, ShapeError, unsupportedDtype } from "./errors.ts";
import type { Shape } from "./tensor.ts";
import type { FloatDtype, WeightDtype, WeightRole, WeightSource } from "./weight.ts";

/** "columns" for [in, out], "rows" for [V, C]. */
export type Outputs = "columns" | "rows";

/** Maximum inputs of an int8 weight: 2^18 products of 63 and 127 sum to less than 2^31. */
const MOST_INT8_INPUTS = 262_144;

/** The axis of a matrix's outputs, by role. */
export function outputsOf(role: WeightRole): Outputs {
  switch (role) {
    case "linear":
      return "columns";
    case "embedding":
    case "head":
    case "vector":
      return "rows";
    default:
      return role satisfies never;
  }
}

/** Inputs k and outputs n of a product with the matrix. */
export function productOf(shape: Shape, outputs: Outputs): { k: number; n: number } {
  const [rows, columns] = shape as [number, number];
  return outputs === "columns" ? { k: rows, n: columns } : { k: columns, n: rows };
}

/**
 * @throws RangeError if such a weight does not support the dtype; ShapeError unless an I8 source has one scale per
 * output
 */
export function checkStorage(source: WeightSource, role: WeightRole, to: WeightDtype): void {
  if (role === "vector" && to !== "f32") throw new RangeError(`loadWeight: a vector must be f32, got dtype ${to}`);
  switch (to) {
    case "f32":
    case "f16":
    case "bf16":
      floatSource(source, to);
      break;
    case "int8":
      checkInt8(source, role);
      break;
    default:
      unsupportedDtype("loadWeight", to);
  }
}

/** A source of floats. */
export type FloatSource = WeightSource & { readonly dtype: FloatDtype };

/** The source, of floats. @throws RangeError for one of integers */
export function floatSource(source: WeightSource, to: Exclude<WeightDtype, "int8">): FloatSource {
  if (!isFloatSource(source))
    throw new RangeError(`loadWeight: a source in I8 must be loaded as int8, got dtype ${to}`);
  return source;
}

export function isFloatSource(source: WeightSource): source is FloatSource {
  switch (source.dtype) {
    case "F32":
    case "F16":
    case "BF16":
      return true;
    case "I8":
      return false;
    default:
      return unsupportedDtype("loadWeight", source.dtype);
  }
}

function checkInt8({ shape, dtype: from, scales }: WeightSource, role: WeightRole): void {
  const { k, n } = productOf(shape, outputsOf(role));
  if (k > MOST_INT8_INPUTS)
    throw new RangeError(`loadWeight: int8 supports at most ${MOST_INT8_INPUTS} inputs, got ${formatShape(shape)}`);
  if (from === "I8" && scales?.length !== n)
    throw new ShapeError(`loadWeight: ${formatShape(shape)} in I8 needs ${n} scales, got ${scales?.length ?? "none"}`);
}
