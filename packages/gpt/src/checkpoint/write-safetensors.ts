/**
 * A safetensors file as pieces of bytes, readable by Python's `safetensors`. The header keeps the given order; the data
 * are sorted by element size, largest first, so that every tensor is aligned, as in the reference writer
 * (huggingface/safetensors, tensor.rs, `prepare`). Assumes little-endian memory, as on every supported platform.
 */
import { CheckpointError, quote } from "../errors.ts";
import { BITS, byteSize, type Dtype, LENGTH_BYTES } from "./safetensors.ts";

/** A tensor for a safetensors file. */
export interface TensorToWrite {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Row-major, elements of `dtype`: Float32Array for F32, BigInt64Array for I64, Uint16Array of the bits for BF16. */
  readonly data: ArrayBufferView;
}

/** The layout of a file: its header, and the tensor names in the order of their data. */
export interface SafetensorsLayout {
  readonly header: Uint8Array;
  readonly order: readonly string[];
}

/**
 * The bytes of a file with these tensors, in consecutive pieces: the header, then views of the data.
 * @throws CheckpointError if a name is duplicated, or data and shape disagree
 */
export function writeSafetensors(
  tensors: Iterable<readonly [name: string, tensor: TensorToWrite]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const given = new Map<string, TensorToWrite>();
  for (const [name, tensor] of tensors) {
    if (given.has(name) || name === "__metadata__")
      throw new CheckpointError("writeSafetensors", "is given twice", { tensor: name });
    given.set(name, checked(name, tensor));
  }
  const { header, order } = layoutSafetensors(given, metadata);
  return [header, ...order.map((name) => bytesOf((given.get(name) as TensorToWrite).data))];
}

/** The header of a file with tensors of these dtypes and shapes, and the order in which their data follow it. */
export function layoutSafetensors(
  tensors: ReadonlyMap<string, Pick<TensorToWrite, "dtype" | "shape">>,
  metadata: Readonly<Record<string, string>>,
): SafetensorsLayout {
  const bySize = [...tensors].sort(([, a], [, b]) => BITS[b.dtype] - BITS[a.dtype]);
  const offsets = new Map<string, [number, number]>();
  let end = 0;
  for (const [name, { dtype, shape }] of bySize) {
    const begin = end;
    end += byteSize(dtype, shape) as number;
    offsets.set(name, [begin, end]);
  }
  const entries = [...tensors].map(([name, { dtype, shape }]) =>
    entryJson(name, { dtype, shape, data_offsets: offsets.get(name) }),
  );
  return { header: headerBytes(entries, metadata), order: bySize.map(([name]) => name) };
}

function checked(name: string, tensor: TensorToWrite): TensorToWrite {
  const size = byteSize(tensor.dtype, tensor.shape);
  if (size === tensor.data.byteLength) return tensor;
  const { dtype, shape, data } = tensor;
  const problem = `of ${dtype} ${quote(shape)} takes ${size} bytes, got data of ${data.byteLength}`;
  throw new CheckpointError("writeSafetensors", problem, { tensor: name });
}

/** Built as text: in an object, integer-like names would come first, and "__proto__" would not be a key. */
function entryJson(name: string, info: object): string {
  return `${JSON.stringify(name)}:${JSON.stringify(info)}`;
}

/** The length, and the header padded with spaces to a multiple of 8. */
function headerBytes(entries: readonly string[], metadata: Readonly<Record<string, string>>): Uint8Array {
  const hasMetadata = Object.keys(metadata).length > 0;
  const json = `{${[...(hasMetadata ? [`"__metadata__":${JSON.stringify(metadata)}`] : []), ...entries].join(",")}}`;
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(LENGTH_BYTES + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, LENGTH_BYTES);
  return bytes;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
