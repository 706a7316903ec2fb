/**
 * A checkpoint's tensors as typed parameters in an engine's memory. All names, shapes and dtypes are checked before the
 * first read; tensors are then read in pieces, so that no second copy exists. The config decides tying: if it is tied,
 * an lm_head.weight in the file is not read (transformers 5.18 would use one that differs, and warn).
 */
import { type Checks, checkOptions, oneOf } from "@tsgpt/numeric";
import { type Engine, type Tensor, WEIGHT_DTYPES, type Weight, type WeightDtype } from "@tsgpt/tensor";
import type { GPT2Config } from "../config/config.ts";
import { chooseDtype } from "../memory/memory.ts";
import type { ByteSource } from "./byte-source.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { type FoundTensor, findTensors } from "./find-tensors.ts";
import { type ExpectedTensor, expectedTensors } from "./names.ts";
import { narrowingNote } from "./narrow-doubles.ts";
import { listTree, mapTree } from "./parameter-tree.ts";
import { type ReadingOptions, readingChecks, tensorReader } from "./tensor-reader.ts";

/** The parameters of a layer norm. */
export interface LayerNormParameters {
  /** [C] */
  readonly weight: Tensor;
  /** [C] */
  readonly bias: Tensor;
}

/** The parameters of a linear layer. */
export interface LinearParameters {
  /** [in, out] */
  readonly weight: Weight;
  /** [out] */
  readonly bias: Tensor;
}

/** The parameters of a block's attention. */
export interface AttentionParameters {
  /** `[C, 3C]`: queries, keys and values side by side. */
  readonly cAttn: LinearParameters;
  /** [C, C] */
  readonly cProj: LinearParameters;
}

/** The parameters of a block's MLP. */
export interface MlpParameters {
  /** [C, nInner] */
  readonly cFc: LinearParameters;
  /** [nInner, C] */
  readonly cProj: LinearParameters;
}

/** The parameters of a block, by the names of the checkpoint in camelCase. */
export interface BlockParameters {
  readonly ln1: LayerNormParameters;
  readonly attn: AttentionParameters;
  readonly ln2: LayerNormParameters;
  readonly mlp: MlpParameters;
}

/** A model's parameters, by the names of the checkpoint in camelCase. */
export interface Parameters {
  /** [V, C] */
  readonly wte: Weight;
  /** [nPositions, C] */
  readonly wpe: Weight;
  readonly blocks: readonly BlockParameters[];
  readonly lnF: LayerNormParameters;
  /** [V, C]; the same object as `wte` when tied. */
  readonly lmHead: Weight;
}

/** After an abort, everything loaded so far is freed. */
export interface LoadOptions extends ReadingOptions {
  /**
   * Storage dtype of the matrices. "auto" (default): the first of f32, bf16 and int8 that fits into the engine; an int8
   * checkpoint always stays int8.
   */
  readonly dtype?: WeightDtype | "auto" | undefined;
  /** Called with a line of text for what is not an error but worth knowing, such as narrowed tensors. */
  readonly onNote?: ((note: string) => void) | undefined;
}

export const loadChecks: Checks<LoadOptions> = {
  ...readingChecks,
  dtype: oneOf(...WEIGHT_DTYPES, "auto"),
  onNote: "function",
};

/**
 * Tensors loaded concurrently: one is packed while others are read, and small ones do not wait for large ones. More
 * gained nothing.
 */
const AT_ONCE = 3;

/**
 * Reads a checkpoint's parameters into `engine`.
 * @throws CheckpointError if a tensor is missing, has another shape, is not float, belongs to another model, or has a
 * number that the dtype cannot represent; EngineError if the model does not fit; the signal's reason if it aborts. A
 * failed load leaves nothing in the engine.
 */
export async function loadParameters(
  checkpoint: Checkpoint,
  config: GPT2Config,
  engine: Engine,
  options: LoadOptions = {},
): Promise<Parameters> {
  checkOptions("loadParameters", options, loadChecks);
  const { dtype = "auto", signal } = options;
  signal?.throwIfAborted();
  const expected = expectedTensors(config);
  const list = listTree(expected);
  const { found, isInt8 } = findTensors(checkpoint, config, list, dtype);
  const note = narrowingNote(
    checkpoint.name,
    [...found.values()].map(({ tensor }) => tensor),
  );
  if (note !== undefined) options.onNote?.(note);
  const kept = chooseDtype(checkpoint.name, config, engine, isInt8 ? "int8" : dtype);
  const read = tensorReader(found, options);
  const load = ({ name, role, alwaysFloat32 }: ExpectedTensor) =>
    read(name, (source) => engine.loadWeight(source, role, alwaysFloat32 ? "f32" : kept));
  const loaded = await loadAll(inFileOrder(list, found), load, engine);
  return mapTree(expected, (tensor) => loaded.get(tensor)) as Parameters; // a vector is loaded as a Tensor
}

/** As they lie in their files, which over a network then arrive once, from begin to end. */
function inFileOrder(list: readonly ExpectedTensor[], found: ReadonlyMap<string, FoundTensor>): ExpectedTensor[] {
  const place = ({ name }: ExpectedTensor) => (found.get(name) as FoundTensor).tensor;
  const files = new Map<ByteSource, number>();
  for (const { source } of list.map(place)) files.set(source, files.get(source) ?? files.size);
  const file = (tensor: ExpectedTensor) => files.get(place(tensor).source) as number;
  return [...list].sort((a, b) => file(a) - file(b) || place(a).begin - place(b).begin);
}

/** Loads all of them with limited concurrency. If one fails, the others are freed once they have finished. */
async function loadAll(
  list: readonly ExpectedTensor[],
  load: (expected: ExpectedTensor) => Promise<Weight>,
  engine: Engine,
) {
  const loaded = new Map<ExpectedTensor, Weight>();
  const rest = list.values();
  let failed = false;
  const lane = async () => {
    for (const tensor of rest) {
      if (failed) return;
      loaded.set(tensor, await load(tensor));
    }
  };
  const lanes = Array.from({ length: AT_ONCE }, () =>
    lane().catch((error: unknown) => {
      failed = true;
      throw error;
    }),
  );
  const failure = (await Promise.allSettled(lanes)).find(({ status }) => status === "rejected");
  if (failure?.status === "rejected") {
    for (const weight of loaded.values()) engine.free(weight);
    throw failure.reason;
  }
  return loaded;
}
