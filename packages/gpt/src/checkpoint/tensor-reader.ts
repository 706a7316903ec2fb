/**
 * Reads found tensors as weight sources: reports progress, honors the abort signal, and names the tensor in every
 * error.
 */
import { abortSignal, type Checks } from "@tsgpt/numeric";
import { StorageError, type StoredDtype, type WeightSource } from "@tsgpt/tensor";
import { CheckpointError } from "../errors.ts";
import type { StoredTensor } from "./checkpoint.ts";
import type { FoundTensor } from "./find-tensors.ts";
import { SCALE } from "./names.ts";
import { narrowedReader, readAs } from "./narrow-doubles.ts";

/** How much has been read; both numbers are bytes of tensors in the files. `loaded` rises, and ends at `total`. */
export interface LoadProgress {
  readonly loaded: number;
  readonly total: number;
  /** The file that was read. */
  readonly file: string;
}

export interface ReadingOptions {
  /** Checked before and after every read. */
  readonly signal?: AbortSignal | undefined;
  /** Called after every read. */
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

export const readingChecks: Checks<ReadingOptions> = { signal: abortSignal, onProgress: "function" };

/** Passes the tensor of that name, without prefix, to `load`. */
type ReadTensor = <Loaded>(name: string, load: (source: WeightSource) => Promise<Loaded>) => Promise<Loaded>;

/**
 * A reader that reports progress over the bytes of all `found`.
 * @throws CheckpointError for a number that cannot be represented, or an invalid scale; the signal's reason if it
 * aborts
 */
export function tensorReader(
  found: ReadonlyMap<string, FoundTensor>,
  { signal, onProgress }: ReadingOptions,
): ReadTensor {
  const all = [...found.values()].flatMap(({ tensor, scales }) => (scales ? [tensor, scales] : [tensor]));
  const total = all.reduce((sum, { begin, end }) => sum + end - begin, 0);
  let loaded = 0;

  /** Reading the same bytes again is no progress. */
  const readerOf = ({ source, begin }: StoredTensor) => {
    let furthest = 0;
    return async (offset: number, into: Uint8Array): Promise<void> => {
      signal?.throwIfAborted();
      await source.read(begin + offset, into);
      signal?.throwIfAborted();
      loaded += Math.max(0, offset + into.length - furthest);
      furthest = Math.max(furthest, offset + into.length);
      onProgress?.({ loaded, total, file: source.name });
    };
  };

  return async (bare, load) => {
    const { name, tensor, scales } = found.get(bare) as FoundTensor;
    const source: WeightSource = {
      shape: tensor.shape,
      dtype: readAs(tensor).dtype as StoredDtype,
      scales: scales && (await readScales(name + SCALE, scales, readerOf(scales))),
      read:
        tensor.dtype === "F64"
          ? narrowedReader(readerOf(tensor), { file: tensor.source.name, tensor: name })
          : readerOf(tensor),
    };
    return load(source).catch((cause: unknown) => {
      if (!(cause instanceof StorageError)) throw cause;
      throw new CheckpointError(tensor.source.name, cause.message, { tensor: name, cause });
    });
  };
}

async function readScales(name: string, { source, shape }: StoredTensor, read: WeightSource["read"]) {
  const scales = new Float32Array(shape[0] as number);
  await read(0, new Uint8Array(scales.buffer));
  const wrong = scales.find((scale) => !(scale >= 0 && scale < Number.POSITIVE_INFINITY));
  if (wrong === undefined) return scales;
  throw new CheckpointError(source.name, `must hold finite scales, 0 or more, got ${wrong}`, { tensor: name });
}
