/**
 * Reads the tensors of any safetensors file into memory as numbers: for dumps of activations, not for weights
 * (parameters.ts streams those into an engine). Left out: F8, F6, F4 and C64, which neither our dumps nor torch's use.
 */
import { type FloatDtype, widen } from "@tsgpt/tensor";
import { CheckpointError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { BITS, type Dtype, readHeader, type SafetensorsHeader, type TensorEntry } from "./safetensors.ts";

/** A tensor read from a file. */
export interface ReadTensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Exact: float32 for F32, F16 and BF16, float64 for every other. Row-major. */
  readonly data: Float32Array | Float64Array;
}

type ReadNumber = (view: DataView, at: number) => number | bigint;

const READERS: Partial<Record<Dtype, ReadNumber>> = {
  BOOL: (view, at) => view.getUint8(at),
  U8: (view, at) => view.getUint8(at),
  I8: (view, at) => view.getInt8(at),
  U16: (view, at) => view.getUint16(at, true),
  I16: (view, at) => view.getInt16(at, true),
  U32: (view, at) => view.getUint32(at, true),
  I32: (view, at) => view.getInt32(at, true),
  U64: (view, at) => view.getBigUint64(at, true),
  I64: (view, at) => view.getBigInt64(at, true),
  F64: (view, at) => view.getFloat64(at, true),
};

/**
 * All tensors of a safetensors file, in the order of its header.
 * @throws CheckpointError if the file is invalid, or a tensor cannot be represented exactly
 */
export async function readTensors(source: ByteSource): Promise<Map<string, ReadTensor>> {
  const header = await readHeader(source);
  const tensors = new Map<string, ReadTensor>();
  for (const name of header.tensors.keys()) tensors.set(name, await readTensor(source, header, name));
  return tensors;
}

/**
 * One tensor of a file whose header has been read.
 * @throws CheckpointError if there is no such tensor, or it cannot be represented exactly
 */
export async function readTensor(source: ByteSource, header: SafetensorsHeader, name: string): Promise<ReadTensor> {
  const entry = header.tensors.get(name);
  if (!entry) throw new CheckpointError(source.name, "is not in this file", { tensor: name });
  const { dtype, shape, begin, end } = entry;
  const isFloat = dtype === "F32" || dtype === "F16" || dtype === "BF16";
  if (!isFloat && !READERS[dtype]) {
    throw new CheckpointError(source.name, `is ${dtype}; ${dtype} values are not read`, { tensor: name });
  }
  const bytes = new Uint8Array(end - begin);
  await source.read(header.dataStart + begin, bytes);
  const data = isFloat ? toFloat32(bytes, dtype) : toFloat64(bytes, entry, { file: source.name, tensor: name });
  return { dtype, shape, data };
}

function toFloat32(bytes: Uint8Array, dtype: FloatDtype): Float32Array {
  const data = new Float32Array((bytes.length * 8) / BITS[dtype]);
  widen(bytes, dtype, data);
  return data;
}

function toFloat64(bytes: Uint8Array, { dtype }: TensorEntry, at: { file: string; tensor: string }): Float64Array {
  const view = new DataView(bytes.buffer);
  const size = BITS[dtype] / 8;
  const read = READERS[dtype] as ReadNumber;
  return Float64Array.from({ length: bytes.length / size }, (_, i) => {
    const value = read(view, i * size);
    if (typeof value === "number" || Number.isSafeInteger(Number(value))) return Number(value);
    throw new CheckpointError(at.file, `holds ${value}, which float64 cannot represent exactly`, { tensor: at.tensor });
  });
}
