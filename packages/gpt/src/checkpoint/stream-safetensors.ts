/**
 * A checkpoint as a safetensors file, its tensors read, narrowed and handed on piece by piece: one piece is in memory, whatever
 * the model's size.
 */
import { BYTES_PER_ELEMENT, type FloatDtype, narrow } from "@tsgpt/tensor";
import type { Checkpoint, StoredTensor } from "./checkpoint.ts";
import type { LoadOptions } from "./parameters.ts";
import { layoutSafetensors } from "./write-safetensors.ts";

/** transformers refuses a file that does not say whose layout its tensors have. */
const METADATA = { format: "pt" };

const PIECE = 1 << 18; // elements; 1 MB of float32

/**
 * The file's bytes, one piece after another; a piece is overwritten by the next. The checkpoint's tensors are all F32 and
 * come out as `dtype`. `onProgress` is called when a piece has been taken, with bytes of the tensors.
 */
export async function* streamSafetensors(
  { tensors }: Checkpoint,
  dtype: FloatDtype,
  onProgress?: LoadOptions["onProgress"],
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
      onProgress?.(done, total);
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
