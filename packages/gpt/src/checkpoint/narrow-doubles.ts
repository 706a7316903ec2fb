/** Reads F64 tensors as F32: each number rounded to the nearest float32, ties to even. */
import { CheckpointError } from "../errors.ts";
import type { StoredTensor } from "./checkpoint.ts";

type Read = (offset: number, into: Uint8Array) => Promise<void>;

/** The dtype that a tensor is read as, and its size in bytes then. */
export function readAs({ dtype, begin, end }: StoredTensor) {
  return dtype === "F64" ? { dtype: "F32" as const, bytes: (end - begin) / 2 } : { dtype, bytes: end - begin };
}

/**
 * A reader of the doubles of `read` as float32; offsets and lengths are multiples of 4.
 * @throws CheckpointError for a finite number that overflows float32
 */
export function narrowedReader(read: Read, { file, tensor }: { readonly file: string; readonly tensor: string }): Read {
  return async (offset, into) => {
    const doubles = new Float64Array(into.length / 4);
    await read(2 * offset, new Uint8Array(doubles.buffer));
    const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
    for (const [i, double] of doubles.entries()) {
      if (Number.isFinite(double) && !Number.isFinite(Math.fround(double)))
        throw new CheckpointError(file, `holds ${double}, which is beyond float32`, { tensor });
      view.setFloat32(4 * i, double, true);
    }
  };
}

/** `40 of 40 tensors are F64, narrowed to F32`; undefined if there is none. */
export function narrowingNote(name: string, tensors: readonly StoredTensor[]): string | undefined {
  const count = tensors.filter(({ dtype }) => dtype === "F64").length;
  return count === 0 ? undefined : `${name}: ${count} of ${tensors.length} tensors are F64, narrowed to F32`;
}
