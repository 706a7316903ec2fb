/**
 * Tensor: a Float32Array and a shape, nothing else. Activations are tensors, and so are the parameters that kernels
 * read as they are stored in float32 (biases, layer norms); a matrix in a layout or dtype of a kernel set's own is a
 * Weight (weight.ts), and a Tensor is the simplest one. Row-major: element [i, j] of shape [m, n] is data[i * n + j].
 * `row`, `slice` and `reshape` are views: they share memory and copy nothing. There are no strides, so a view is always
 * a run of whole rows. The memory is the JavaScript heap's or an engine's (engine.ts). Left out: broadcasting, other
 * element types, autograd.
 */
import { type Checks, checkOptions } from "@tsgpt/numeric";
import { formatShape, ShapeError } from "./errors.ts";
import { formatTensor } from "./format.ts";

/** The length of each dimension. */
export type Shape = readonly number[];

/** Numbers nested as deep as a tensor has dimensions. */
export type NestedNumbers = number | readonly NestedNumbers[];

/** How far two elements may be apart. */
export interface Tolerance {
  /** Absolute; default 1e-6. */
  readonly atol?: number | undefined;
  /** Relative to the other's element; default 1e-5. */
  readonly rtol?: number | undefined;
}

const CHECKS: Checks<Tolerance> = { atol: "number", rtol: "number" };

/** A Float32Array and a shape. */
export class Tensor {
  readonly data: Float32Array;
  readonly shape: Shape;

  /** Wraps `data` without copying. @throws ShapeError if the shape does not hold exactly `data.length` elements. */
  constructor(data: Float32Array, shape: Shape) {
    const size = sizeOf(shape);
    if (data.length !== size) {
      throw new ShapeError(`Tensor: shape ${formatShape(shape)} holds ${size} elements, got ${data.length}`);
    }
    this.data = data;
    this.shape = shape;
  }

  /** A tensor of zeros. */
  static zeros(shape: Shape): Tensor {
    return new Tensor(new Float32Array(sizeOf(shape)), shape);
  }

  /** A tensor from nested arrays: `Tensor.from([[1, 2], [3, 4]])` is [2, 2]. @throws ShapeError if rows are uneven. */
  static from(values: NestedNumbers): Tensor {
    const shape = shapeOfNested(values);
    const data = new Float32Array(sizeOf(shape));
    let next = 0;
    const fill = (part: NestedNumbers, axis: number): void => {
      if (typeof part === "number") {
        if (axis !== shape.length) throw unevenRows(shape);
        data[next++] = part;
        return;
      }
      if (part.length !== shape[axis]) throw unevenRows(shape);
      for (const inner of part) fill(inner, axis + 1);
    };
    fill(values, 0);
    return new Tensor(data, shape);
  }

  get size(): number {
    return this.data.length;
  }

  /** Bytes of the elements. */
  get bytes(): number {
    return this.data.byteLength;
  }

  // What makes it a Weight, the reference kernels' own: float32, row-major, read as it is.

  get dtype(): "f32" {
    return "f32";
  }

  get layout(): "row-major" {
    return "row-major";
  }

  /** The same elements under another shape; no copy. @throws ShapeError if the sizes differ. */
  reshape(shape: Shape): Tensor {
    if (sizeOf(shape) !== this.size) {
      const has = `${formatShape(this.shape)} has ${this.size} elements`;
      throw new ShapeError(`reshape: ${has}, ${formatShape(shape)} asks for ${sizeOf(shape)}`);
    }
    return new Tensor(this.data, shape);
  }

  /** Row `index` along the first axis; a view. [n, ...rest] -> [...rest] */
  row(index: number): Tensor {
    const [rows = 0, ...rest] = this.shape;
    if (!Number.isInteger(index) || index < 0 || index >= rows) {
      throw new ShapeError(
        `row: index must be a whole number from 0 to ${rows - 1}, got ${index} for shape ${formatShape(this.shape)}`,
      );
    }
    const size = sizeOf(rest);
    return new Tensor(this.data.subarray(index * size, (index + 1) * size), rest);
  }

  /** Rows `start` up to, not including, `end` along the first axis; a view. [n, ...rest] -> [end - start, ...rest] */
  slice(start: number, end: number): Tensor {
    const [rows = 0, ...rest] = this.shape;
    if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || end < start || end > rows) {
      throw new ShapeError(
        `slice: need 0 <= start <= end <= ${rows}, got ${start} and ${end} for shape ${formatShape(this.shape)}`,
      );
    }
    const size = sizeOf(rest);
    return new Tensor(this.data.subarray(start * size, end * size), [end - start, ...rest]);
  }

  /** A copy with memory of its own. */
  clone(): Tensor {
    return new Tensor(this.data.slice(), this.shape);
  }

  /** The tensor itself. */
  toTensor(): Tensor {
    return this;
  }

  /** Its bytes, float32 in row-major order. */
  toStored(): { bytes: Uint8Array; scales: undefined } {
    const { buffer, byteOffset, byteLength } = this.data;
    return { bytes: new Uint8Array(buffer, byteOffset, byteLength), scales: undefined };
  }

  /** Nested arrays of the elements, the inverse of `Tensor.from`. */
  toArray(): NestedNumbers {
    if (this.shape.length === 0) return this.data[0] as number;
    if (this.shape.length === 1) return Array.from(this.data);
    return Array.from({ length: this.shape[0] as number }, (_, i) => this.row(i).toArray());
  }

  /**
   * True if the shapes are equal and |a - b| <= atol + rtol * |b| for every element. An infinity is close to itself
   * alone; a NaN to nothing, not even a NaN. @throws RangeError for an invalid option
   */
  allClose(other: Tensor, options: Tolerance = {}): boolean {
    checkOptions("Tensor.allClose", options, CHECKS);
    const { atol = 1e-6, rtol = 1e-5 } = options;
    if (!sameShape(this.shape, other.shape)) return false;
    return this.data.every((a, i) => {
      const b = other.data[i] as number;
      return a === b || (Number.isFinite(b) && Math.abs(a - b) <= atol + rtol * Math.abs(b));
    });
  }

  /** The shape, then aligned values; rows and columns beyond the first and last three are shown as `...`. */
  toString(): string {
    return formatTensor(this);
  }
}

/** The number of elements a shape holds. @throws ShapeError unless each dimension is a whole number, 0 or more. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const dimension of shape) {
    if (!Number.isSafeInteger(dimension) || dimension < 0) {
      throw new ShapeError(`shape: each dimension must be a whole number, 0 or more, got ${formatShape(shape)}`);
    }
    size *= dimension;
  }
  if (!Number.isSafeInteger(size)) throw new ShapeError(`shape: ${formatShape(shape)} has too many elements`);
  return size;
}

/** Whether two shapes have the same dimensions. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, i) => dimension === b[i]);
}

function shapeOfNested(values: NestedNumbers): number[] {
  const shape: number[] = [];
  for (let part: NestedNumbers | undefined = values; typeof part === "object"; part = part[0]) shape.push(part.length);
  return shape;
}

function unevenRows(shape: Shape): ShapeError {
  return new ShapeError(`Tensor.from: every row must have the same length; the first ones make ${formatShape(shape)}`);
}
