/** F64 tensors as if they were stored in F32: each number rounded to the nearest float32, a tie to even, when it is read. */
import { CheckpointError } from "../errors.ts";
import type { StoredTensor } from "./checkpoint.ts";

type Read = (offset: number, into: Uint8Array) => Promise<void>;

/** The dtype that a tensor is read in, and its bytes then. */
export function readAs({ dtype, begin, end }: StoredTensor) {
  return dtype === "F64" ? { dtype: "F32" as const, bytes: (end - begin) / 2 } : { dtype, bytes: end - begin };
}

/**
 * A reader of the float32s that the doubles of `read` are nearest to; offsets and lengths are whole numbers of them.
 * @throws CheckpointError for a finite number that is infinite in float32
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

/** `40 of 40 tensors are F64, narrowed to F32`; undefined if none is. */
export function narrowingNote(name: string, tensors: readonly StoredTensor[]): string | undefined {
  const count = tensors.filter(({ dtype }) => dtype === "F64").length;
  return count === 0 ? undefined : `${name}: ${count} of ${tensors.length} tensors are F64, narrowed to F32`;
}
