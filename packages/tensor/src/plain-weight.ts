/**
 * Plain weights: row-major, in any dtype, on the JavaScript heap, for the reference kernels. A float32 one is a Tensor.
 * A product with a 16-bit weight widens all of it each time: it saves memory, not time.
 */
import { BYTES_PER_ELEMENT, HAS_SCALES, INT8_LIMIT, int8Scale, quantize, STORED_AS, widen } from "./dtype.ts";
import { unsupportedDtype } from "./errors.ts";
import { narrow } from "./narrow.ts";
import {
  checkStorage,
  type FloatSource,
  floatSource,
  isFloatSource,
  type Outputs,
  outputsOf,
  productOf,
} from "./storage.ts";
import { StorageError } from "./storage-error.ts";
import { type Shape, sizeOf, Tensor } from "./tensor.ts";
import type { StoredNumbers, Weight, WeightDtype, WeightRole, WeightSource } from "./weight.ts";

const STAGING_BYTES = 4 << 20;
const LARGEST_HALF = 65_504;

/** Called with each piece that was read; its first element is element `first` of the tensor. */
type Take = (bytes: Uint8Array, first: number) => void;

/** A stored tensor as a plain weight. @throws StorageError; RangeError; what the source throws */
export async function loadPlainWeight(
  source: WeightSource,
  role: WeightRole,
  dtype: WeightDtype = "f32",
): Promise<Weight> {
  checkStorage(source, role, dtype);
  switch (dtype) {
    case "f32":
      return readFloats(floatSource(source, dtype));
    case "f16":
    case "bf16":
      return readHalves(floatSource(source, dtype), dtype);
    case "int8":
      return readInt8(source, outputsOf(role));
    default:
      return unsupportedDtype("loadWeight", dtype);
  }
}

/** Bytes of a plain weight. */
export function plainWeightBytes(shape: Shape, role: WeightRole, dtype: WeightDtype = "f32"): number {
  const scales = HAS_SCALES[dtype] ? productOf(shape, outputsOf(role)).n : 0;
  return BYTES_PER_ELEMENT[STORED_AS[dtype]] * sizeOf(shape) + 4 * scales;
}

async function readFloats(source: FloatSource): Promise<Tensor> {
  const tensor = Tensor.zeros(source.shape);
  await readPieces(source, (bytes, first) => {
    const count = bytes.length / BYTES_PER_ELEMENT[source.dtype];
    widen(bytes, source.dtype, tensor.data.subarray(first, first + count));
  });
  return tensor;
}

async function readHalves(source: FloatSource, dtype: "f16" | "bf16"): Promise<Weight> {
  const stored = STORED_AS[dtype];
  const bytes = new Uint8Array(2 * sizeOf(source.shape));
  await readFloatPieces(source, (values, first) => {
    if (dtype === "f16" && !values.every((value) => Math.abs(value) <= LARGEST_HALF)) throw new StorageError("f16");
    narrow(values, stored, bytes.subarray(2 * first, 2 * (first + values.length)));
  });
  const rowBytes = 2 * (source.shape[1] as number);
  return plainWeight(source.shape, dtype, { bytes, scales: undefined }, (row, out) => {
    widen(bytes.subarray(row * rowBytes, (row + 1) * rowBytes), stored, out);
  });
}

/** Reads a float source twice: for the scales, then for the values. */
async function readInt8(source: WeightSource, outputs: Outputs): Promise<Weight> {
  const { shape } = source;
  const columns = shape[1] as number;
  const values = new Int8Array(sizeOf(shape));
  const outputAt = (index: number) => (outputs === "columns" ? index % columns : Math.floor(index / columns));
  const scales = isFloatSource(source)
    ? (source.scales ?? (await readScales(source, outputAt, productOf(shape, outputs).n)))
    : (source.scales as Float32Array);
  if (isFloatSource(source)) {
    await readFloatPieces(source, (floats, first) => {
      for (let i = 0; i < floats.length; i++) values[first + i] = quantize(floats[i], scales[outputAt(first + i)]);
    });
  } else {
    // bytes above 127 are the negative numbers
    await readPieces(source, (bytes, first) => values.set(bytes, first));
    if (values.some((q) => q < -INT8_LIMIT || q > INT8_LIMIT)) throw new StorageError("int8");
  }
  const bytes = new Uint8Array(values.buffer);
  return plainWeight(shape, "int8", { bytes, scales }, (row, out) => {
    const start = row * columns;
    for (let j = 0; j < columns; j++) out[j] = values[start + j] * scales[outputAt(start + j)];
  });
}

async function readScales(source: FloatSource, outputAt: (index: number) => number, n: number) {
  const peaks = new Float32Array(n);
  await readFloatPieces(source, (floats, first) => {
    for (let i = 0; i < floats.length; i++) {
      const output = outputAt(first + i);
      peaks[output] = Math.max(peaks[output], Math.abs(floats[i])); // NaN stays
    }
  });
  return peaks.map(int8Scale);
}

/** A weight whose `rowInto` writes a row as float32. */
function plainWeight(
  shape: Shape,
  dtype: WeightDtype,
  stored: StoredNumbers,
  rowInto: (row: number, out: Float32Array) => void,
): Weight {
  const [rows, columns] = shape as [number, number];
  const row = (index: number) => {
    const out = new Float32Array(columns);
    rowInto(index, out);
    return new Tensor(out, [columns]);
  };
  const toTensor = () => {
    const whole = Tensor.zeros(shape);
    for (let i = 0; i < rows; i++) rowInto(i, whole.data.subarray(i * columns, (i + 1) * columns));
    return whole;
  };
  const bytes = stored.bytes.length + (stored.scales?.byteLength ?? 0);
  return { shape, dtype, layout: "row-major", bytes, row, toTensor, toStored: () => stored };
}

async function readFloatPieces(
  source: FloatSource,
  take: (values: Float32Array, first: number) => void,
): Promise<void> {
  await readPieces(source, (bytes, first) => {
    const values = new Float32Array(bytes.length / BYTES_PER_ELEMENT[source.dtype]);
    widen(bytes, source.dtype, values);
    take(values, first);
  });
}

async function readPieces({ shape, dtype, read }: WeightSource, take: Take): Promise<void> {
  const total = sizeOf(shape);
  const size = BYTES_PER_ELEMENT[dtype];
  const staging = new Uint8Array(Math.min(STAGING_BYTES, total * size));
  const perRead = STAGING_BYTES / size;
  for (let done = 0; done < total; done += perRead) {
    const bytes = staging.subarray(0, Math.min(perRead, total - done) * size);
    await read(done * size, bytes);
    take(bytes, done);
  }
}
