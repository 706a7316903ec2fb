/**
 * A safetensors file as pieces of bytes, readable by Python's `safetensors`. The header keeps the order given; the data
 * lie by size of element, largest first, so that every tensor is aligned, as the reference writer does
 * (huggingface/safetensors, tensor.rs, `prepare`). Takes little-endian memory, which every JavaScript engine we run on has.
 */
import { CheckpointError, quote } from "../errors.ts";
import { BITS, byteSize, type Dtype, LENGTH_BYTES } from "./safetensors.ts";

export interface TensorToWrite {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Row-major, elements of `dtype`: Float32Array for F32, BigInt64Array for I64, Uint16Array of the bits for BF16. */
  readonly data: ArrayBufferView;
}

/**
 * The bytes of a file with these tensors, in pieces to be written one after another: the header, then views of the data.
 * @throws CheckpointError if a name is given twice, or data and shape disagree
 */
export function writeSafetensors(
  tensors: Iterable<readonly [name: string, tensor: TensorToWrite]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const given = new Map<string, TensorToWrite>();
  for (const [name, tensor] of tensors) {
    if (given.has(name) || name === "__metadata__")
      throw new CheckpointError("writeSafetensors", "has a name that is taken", { tensor: name });
    given.set(name, checked(name, tensor));
  }
  const bySize = [...given].sort(([, a], [, b]) => BITS[b.dtype] - BITS[a.dtype]);
  const begins = new Map<string, number>();
  let end = 0;
  for (const [name, { data }] of bySize) {
    begins.set(name, end);
    end += data.byteLength;
  }
  const entries = [...given].map(([name, tensor]) => entryJson(name, tensor, begins.get(name) as number));
  return [headerBytes(entries, metadata), ...bySize.map(([, { data }]) => bytesOf(data))];
}

function checked(name: string, tensor: TensorToWrite): TensorToWrite {
  const size = byteSize(tensor.dtype, tensor.shape);
  if (size === tensor.data.byteLength) return tensor;
  const problem = `of ${tensor.dtype} ${quote(tensor.shape)} takes ${size} bytes, got data of ${tensor.data.byteLength}`;
  throw new CheckpointError("writeSafetensors", problem, { tensor: name });
}

/** Written as text: in an object, names that look like numbers would go first, and "__proto__" would not be a key. */
function entryJson(name: string, { dtype, shape, data }: TensorToWrite, begin: number): string {
  const info = { dtype, shape, data_offsets: [begin, begin + data.byteLength] };
  return `${JSON.stringify(name)}:${JSON.stringify(info)}`;
}

/** The length, the header, and spaces up to a multiple of 8. */
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
