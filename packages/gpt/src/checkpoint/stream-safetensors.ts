/**
 * Writes a checkpoint as a safetensors file, reading, narrowing and yielding it piece by piece: memory holds one piece,
 * whatever the model's size.
 */
import { BYTES_PER_ELEMENT, type FloatDtype, narrow } from "@tsgpt/tensor";
import { FILE_NAMES } from "../config/file-names.ts";
import type { Checkpoint, StoredTensor } from "./checkpoint.ts";
import type { ReadingOptions } from "./tensor-reader.ts";
import { layoutSafetensors } from "./write-safetensors.ts";

/** transformers refuses a file without a format in its metadata. */
const METADATA = { format: "pt" };

const PIECE = 1 << 18; // elements; 1 MB of float32

/**
 * The file's bytes in pieces; each piece is overwritten by the next. The checkpoint's tensors are all F32 and are
 * written as `dtype`. `onProgress` is called after each piece has been consumed, with bytes of tensors.
 */
export async function* streamSafetensors(
  { tensors }: Checkpoint,
  dtype: FloatDtype,
  onProgress?: ReadingOptions["onProgress"],
): AsyncGenerator<Uint8Array, void, void> {
  const described = new Map([...tensors].map(([name, { shape }]) => [name, { dtype, shape }]));
  const { header, order } = layoutSafetensors(described, METADATA);
  yield header;
  const size = BYTES_PER_ELEMENT[dtype];
  const total = order.reduce((sum, name) => sum + size * elementsOf(tensors.get(name) as StoredTensor), 0);
  let done = 0;
  for (const name of order) {
    for await (const piece of pieces(tensors.get(name) as StoredTensor, dtype)) {
      yield piece;
      done += piece.length;
      onProgress?.({ loaded: done, total, file: FILE_NAMES.weights });
    }
  }
}

async function* pieces(tensor: StoredTensor, dtype: FloatDtype): AsyncGenerator<Uint8Array, void, void> {
  const { source, begin } = tensor;
  const elements = elementsOf(tensor);
  const values = new Float32Array(Math.min(PIECE, elements));
  const bytes = new Uint8Array(values.length * BYTES_PER_ELEMENT[dtype]);
  for (let first = 0; first < elements; first += PIECE) {
    const part = values.subarray(0, elements - first);
    await source.read(begin + 4 * first, new Uint8Array(part.buffer, 0, part.byteLength));
    const narrowed = bytes.subarray(0, part.length * BYTES_PER_ELEMENT[dtype]);
    narrow(part, dtype, narrowed);
    yield narrowed;
  }
}

function elementsOf({ begin, end }: StoredTensor): number {
  return (end - begin) / 4;
}
