/**
 * Conversion: a checkpoint whose matrices are written in another dtype, tensor by tensor, by the reference engine.
 * Tensors that stay in float32 (layer norms, biases, wpe) are copied, doubles narrowed to float32, so that the file
 * loads to the same bits as the original loaded in that dtype.
 */
import { createReferenceEngine, HAS_SCALES, STORED_AS, type WeightDtype } from "@tsgpt/tensor";
import type { GPT2Config } from "../config/config.ts";
import { type Checkpoint, INT8_LAYOUT, KNOWN_INT8_LAYOUT } from "./checkpoint.ts";
import { type FoundTensor, findTensors, scaleShape } from "./find-tensors.ts";
import { type ExpectedTensor, listExpected, SCALE } from "./names.ts";
import { narrowingNote, readAs } from "./narrow-doubles.ts";
import type { LoadOptions } from "./parameters.ts";
import { byteSize } from "./safetensors.ts";
import { tensorReader } from "./tensor-reader.ts";
import { layoutSafetensors, type TensorToWrite } from "./write-safetensors.ts";

/** How a conversion can be followed and stopped. */
export interface ConvertOptions extends Omit<LoadOptions, "dtype"> {}

/** Writes bytes at an offset of the new file. */
export type WriteAt = (position: number, bytes: Uint8Array) => Promise<void>;

const ANY = { format: "pt" };

/** The metadata of a file of each dtype. */
const METADATA: Readonly<Record<WeightDtype, Readonly<Record<string, string>>>> = {
  f32: ANY,
  f16: ANY,
  bf16: ANY,
  int8: { ...ANY, [INT8_LAYOUT]: KNOWN_INT8_LAYOUT },
};

type Described = [name: string, tensor: Pick<TensorToWrite, "dtype" | "shape">];

/**
 * Writes `checkpoint` as one safetensors file with its matrices in `dtype`.
 * @throws CheckpointError if the checkpoint does not fit the config, or has a number that `dtype` cannot represent; the
 * signal's reason
 */
export async function convertCheckpoint(
  checkpoint: Checkpoint,
  config: GPT2Config,
  dtype: WeightDtype,
  write: WriteAt,
  options: ConvertOptions = {},
): Promise<void> {
  const list = listExpected(config);
  const { found } = findTensors(checkpoint, config, list, dtype);
  const note = narrowingNote(
    checkpoint.name,
    [...found.values()].map(({ tensor }) => tensor),
  );
  if (note !== undefined) options.onNote?.(note);
  const described = list.flatMap((expected) => describe(expected, found.get(expected.name) as FoundTensor, dtype));
  const { header, order } = layoutSafetensors(new Map(described), METADATA[dtype]);
  const begins = beginsOf(order, new Map(described), header.length);
  await write(0, header);
  const engine = createReferenceEngine();
  const read = tensorReader(found, options);
  const begin = (name: string) => begins.get(name) as number;
  for (const { name: bare, role, alwaysFloat32 } of list) {
    const { name, tensor } = found.get(bare) as FoundTensor;
    await read(bare, async (source) => {
      if (alwaysFloat32) {
        const bytes = new Uint8Array(readAs(tensor).bytes);
        await source.read(0, bytes);
        return write(begin(name), bytes);
      }
      const { bytes, scales } = (await engine.loadWeight(source, role, dtype)).toStored();
      await write(begin(name), bytes);
      if (scales) await write(begin(name + SCALE), new Uint8Array(scales.buffer, scales.byteOffset, scales.byteLength));
    });
  }
}

/** A tensor of the new file, and its scales, if its dtype has any. */
function describe(expected: ExpectedTensor, { name, tensor }: FoundTensor, dtype: WeightDtype): Described[] {
  const { shape, alwaysFloat32 } = expected;
  if (alwaysFloat32) return [[name, { dtype: readAs(tensor).dtype, shape }]];
  const matrix: Described = [name, { dtype: STORED_AS[dtype], shape }];
  return HAS_SCALES[dtype] ? [matrix, [name + SCALE, { dtype: "F32", shape: scaleShape(expected) }]] : [matrix];
}

/** The offset of each tensor in the file. */
function beginsOf(order: readonly string[], tensors: ReadonlyMap<string, Described[1]>, headerBytes: number) {
  const begins = new Map<string, number>();
  let at = headerBytes;
  for (const name of order) {
    const { dtype, shape } = tensors.get(name) as Described[1];
    begins.set(name, at);
    at += byteSize(dtype, shape) as number;
  }
  return begins;
}
