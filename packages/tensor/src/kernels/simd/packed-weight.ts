/**
 * PackedWeight: a matrix in an engine's memory: floats in strips of eight outputs, padded to panels of four strips
 * (assembly/linear.ts), int8 in panels of eight outputs (pack-int8.ts). The same layout serves linear layers ([in,
 * out]) and, transposed, a head and its embedding table ([V, C]; each row is an output).
 */
import { BYTES_PER_ELEMENT, HAS_SCALES, STORED_AS, widen } from "../../dtype.ts";
import { unsupportedDtype } from "../../errors.ts";
import { type Outputs, productOf } from "../../storage.ts";
import { type Shape, sizeOf, Tensor } from "../../tensor.ts";
import type { StoredNumbers, Weight, WeightDtype } from "../../weight.ts";
import type { EngineMemory } from "./memory.ts";

const FLOAT_LANES = 32;
const LANES: Readonly<Record<WeightDtype, number>> = { f32: FLOAT_LANES, f16: FLOAT_LANES, bf16: FLOAT_LANES, int8: 8 };

/** Inputs of an output that are adjacent in a panel. */
const ADJACENT: Readonly<Record<WeightDtype, number>> = { f32: 1, f16: 1, bf16: 1, int8: 4 };

/** Outputs per panel. */
export function lanesOf(dtype: WeightDtype): number {
  return LANES[dtype];
}

export interface PackedWeight extends Weight {
  readonly pointer: number;
  /** The axis of the outputs. */
  readonly outputs: Outputs;
  /** Address of the scales of an int8 weight, one per output; otherwise 0. */
  readonly scales: number;
  /** Inputs of a product. */
  readonly k: number;
  /** Outputs of a product. */
  readonly n: number;
}

/** Bytes of the panels of [k, n]. The last panel is padded, and the inputs of int8 are padded to a multiple of four. */
export function panelBytes(k: number, n: number, dtype: WeightDtype): number {
  const inputs = Math.ceil(k / ADJACENT[dtype]) * ADJACENT[dtype];
  const lanes = lanesOf(dtype);
  return Math.ceil(n / lanes) * lanes * inputs * BYTES_PER_ELEMENT[STORED_AS[dtype]];
}

/** Bytes of a packed weight: its panels, followed by the scales of int8. */
export function packedBytes(k: number, n: number, dtype: WeightDtype): number {
  return panelBytes(k, n, dtype) + (HAS_SCALES[dtype] ? 4 * n : 0);
}

/** The weight whose panels, followed by scales, start at `pointer`. */
export function packedWeight(
  shape: Shape,
  outputs: Outputs,
  dtype: WeightDtype,
  pointer: number,
  memory: EngineMemory,
): PackedWeight {
  const { k, n } = productOf(shape, outputs);
  const [rows, columns] = shape as [number, number];
  const bytes = packedBytes(k, n, dtype);
  const scalesPointer = pointer + panelBytes(k, n, dtype);
  const scales = HAS_SCALES[dtype] ? memory.floats(scalesPointer, n) : undefined;
  const panels = panelsAt(pointer, k, n, dtype, memory);
  const bitsInto = (index: number, out: Bits) => {
    for (let j = 0; j < columns; j++) out[j] = outputs === "columns" ? panels(index, j) : panels(j, index);
  };
  const row = (index: number) => {
    const bits = bitsOf(columns, dtype);
    bitsInto(index, bits);
    const scaleAt = (j: number) => (scales as Float32Array)[outputs === "columns" ? j : index] as number;
    return new Tensor(asFloats(bits, dtype, scaleAt), [columns]);
  };
  const toTensor = () => {
    const whole = Tensor.zeros(shape);
    for (let i = 0; i < rows; i++) whole.data.set(row(i).data, i * columns);
    return whole;
  };
  const toStored = (): StoredNumbers => {
    const whole = bitsOf(rows * columns, dtype);
    for (let i = 0; i < rows; i++) bitsInto(i, whole.subarray(i * columns, (i + 1) * columns));
    return { bytes: new Uint8Array(whole.buffer), scales: scales?.slice() };
  };
  const layout = `panels of ${lanesOf(dtype)} ${outputs}`;
  return {
    shape,
    dtype,
    layout,
    bytes,
    pointer,
    outputs,
    scales: scales?.byteOffset ?? 0,
    k,
    n,
    row,
    toTensor,
    toStored,
  };
}

type Bits = Uint32Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Int8Array<ArrayBuffer>;

/** An array for stored values. */
function bitsOf(count: number, dtype: WeightDtype): Bits {
  switch (dtype) {
    case "f32":
      return new Uint32Array(count);
    case "f16":
    case "bf16":
      return new Uint16Array(count);
    case "int8":
      return new Int8Array(count);
    default:
      return unsupportedDtype("loadWeight", dtype);
  }
}

/** Reads the stored value of an input and an output from panels that start at `pointer`. */
function panelsAt(pointer: number, k: number, n: number, dtype: WeightDtype, memory: EngineMemory): NumberAt {
  const bytes = memory.bytes(pointer, panelBytes(k, n, dtype));
  switch (dtype) {
    case "f32":
      return wordsAt(bytes, k);
    case "f16":
    case "bf16":
      return halvesAt(bytes, k);
    case "int8":
      return int8At(bytes, k);
    default:
      return unsupportedDtype("loadWeight", dtype);
  }
}

type NumberAt = (input: number, output: number) => number;

function wordsAt({ buffer, byteOffset, length }: Uint8Array, k: number): NumberAt {
  const data = new Uint32Array(buffer, byteOffset, length / 4);
  return (input, output) => data[((output >> 3) * k + input) * 8 + (output & 7)] as number;
}

function halvesAt({ buffer, byteOffset, length }: Uint8Array, k: number): NumberAt {
  const data = new Uint16Array(buffer, byteOffset, length / 2);
  return (input, output) => {
    const place = 2 * (output & 3) + ((output >> 2) & 1); // assembly/halves.ts
    return data[((output >> 3) * k + input) * 8 + place] as number;
  };
}

function int8At(bytes: Uint8Array, k: number): NumberAt {
  const groups = Math.ceil(k / 4);
  return (input, output) => {
    const group = (output >> 3) * groups + (input >> 2);
    return (bytes[32 * group + 4 * (output & 7) + (input & 3)] as number) - 64;
  };
}

function asFloats(bits: Bits, dtype: WeightDtype, scaleAt: (j: number) => number): Float32Array {
  const floats = new Float32Array(bits.length);
  switch (dtype) {
    case "f32":
    case "f16":
    case "bf16":
      widen(new Uint8Array(bits.buffer), STORED_AS[dtype], floats);
      return floats;
    case "int8":
      return Float32Array.from(bits, (q, j) => q * scaleAt(j));
    default:
      return unsupportedDtype("row", dtype);
  }
}

export function isPacked(weight: Weight): weight is PackedWeight {
  return "pointer" in weight && sizeOf(weight.shape) > 0;
}
