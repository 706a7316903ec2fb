/**
 * A checkpoint's tensors as typed parameters in an engine's memory. All names, shapes and dtypes are checked before the
 * first is read; each is then read in pieces, so that no second copy of it exists. The config decides tying: if it is
 * tied, an lm_head.weight in the file is not read (transformers 5.18 would use one that differs, and say so in a warning).
 */
import { type Engine, formatShape, type StoredDtype, sameShape, type Tensor, type Weight } from "@tsgpt/tensor";
import type { GPT2Config } from "../config.ts";
import { CheckpointError, quote } from "../errors.ts";
import { checkFits } from "../memory.ts";
import type { Checkpoint, StoredTensor } from "./checkpoint.ts";
import {
  type ExpectedPair,
  type ExpectedTensor,
  type ExpectedTensors,
  expectedTensors,
  isIgnored,
  listExpected,
  PREFIX,
  storedName,
} from "./names.ts";

export interface LayerNormParameters {
  /** [C] */
  readonly weight: Tensor;
  /** [C] */
  readonly bias: Tensor;
}

export interface LinearParameters {
  /** [in, out] */
  readonly weight: Weight;
  /** [out] */
  readonly bias: Tensor;
}

export interface AttentionParameters {
  /** [C, 3C]: queries, keys and values side by side. */
  readonly cAttn: LinearParameters;
  /** [C, C] */
  readonly cProj: LinearParameters;
}

export interface MlpParameters {
  /** [C, nInner] */
  readonly cFc: LinearParameters;
  /** [nInner, C] */
  readonly cProj: LinearParameters;
}

export interface BlockParameters {
  readonly ln1: LayerNormParameters;
  readonly attn: AttentionParameters;
  readonly ln2: LayerNormParameters;
  readonly mlp: MlpParameters;
}

export interface Parameters {
  /** [V, C] */
  readonly wte: Weight;
  /** [nPositions, C] */
  readonly wpe: Weight;
  readonly blocks: readonly BlockParameters[];
  readonly lnF: LayerNormParameters;
  /** [V, C]; the very object `wte` when tied. */
  readonly lmHead: Weight;
}

export interface LoadOptions {
  /** Looked at before and after every read; what was loaded until then is given back. */
  readonly signal?: AbortSignal | undefined;
  /** Called after every read, with bytes of the file's tensors. */
  readonly onProgress?: ((loadedBytes: number, totalBytes: number) => void) | undefined;
}

type ReadTensor = (expected: ExpectedTensor) => Promise<Weight>;

/** Tensors loaded at once: one is packed while the next are read, and small ones do not wait for large ones. More gained nothing. */
const AT_ONCE = 3;

const FLOATS: readonly string[] = ["F32", "F16", "BF16"] satisfies StoredDtype[];

/**
 * Reads a checkpoint's parameters into `engine`.
 * @throws CheckpointError if a tensor is missing, has another shape, is no F32, F16 or BF16, or belongs to no GPT-2;
 * EngineError if the model does not fit; the signal's reason if it aborts. Nothing of a load that fails stays in the engine
 */
export async function loadParameters(
  checkpoint: Checkpoint,
  config: GPT2Config,
  engine: Engine,
  options: LoadOptions = {},
): Promise<Parameters> {
  options.signal?.throwIfAborted();
  const expected = expectedTensors(config);
  const list = listExpected(expected);
  const found = findAll(checkpoint, config, list);
  checkFits(checkpoint.name, config, engine);
  const loaded = await loadAll(list, reader(found, engine, options), engine);
  return assemble(expected, (tensor) => loaded.get(tensor) as Weight);
}

/** Loads all of them, a few at a time. If one fails, what the others have taken is given back when they have ended too. */
async function loadAll(list: readonly ExpectedTensor[], read: ReadTensor, engine: Engine) {
  const loaded = new Map<ExpectedTensor, Weight>();
  const rest = list.values();
  let failed = false;
  const lane = async () => {
    for (const tensor of rest) {
      if (failed) return;
      loaded.set(tensor, await read(tensor));
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

function assemble(
  { wte, wpe, blocks, lnF, lmHead }: ExpectedTensors,
  weight: (of: ExpectedTensor) => Weight,
): Parameters {
  const norm = (pair: ExpectedPair) => ({ weight: weight(pair.weight).toTensor(), bias: weight(pair.bias).toTensor() });
  const linear = (pair: ExpectedPair) => ({ weight: weight(pair.weight), bias: weight(pair.bias).toTensor() });
  return {
    wte: weight(wte),
    wpe: weight(wpe),
    blocks: blocks.map(({ ln1, attn, ln2, mlp }) => ({
      ln1: norm(ln1),
      attn: { cAttn: linear(attn.cAttn), cProj: linear(attn.cProj) },
      ln2: norm(ln2),
      mlp: { cFc: linear(mlp.cFc), cProj: linear(mlp.cProj) },
    })),
    lnF: norm(lnF),
    lmHead: weight(lmHead ?? wte),
  };
}

/** Every expected tensor where it lies, by its name without prefix. @throws CheckpointError; see loadParameters */
export function findAll(
  checkpoint: Checkpoint,
  config: GPT2Config,
  expected: readonly ExpectedTensor[],
): Map<string, StoredTensor> {
  const prefix = [...checkpoint.tensors.keys()].some((name) => name.startsWith(PREFIX)) ? PREFIX : "";
  const stored = (name: string) => storedName(name, prefix);
  const found = new Map(expected.map((tensor) => [tensor.name, find(checkpoint, stored(tensor.name), tensor)]));
  for (const [name, { source }] of checkpoint.tensors) {
    const bare = name.startsWith(prefix) ? name.slice(prefix.length) : name;
    const known = isIgnored(bare, config) || (found.has(bare) && stored(bare) === name);
    if (!known)
      throw new CheckpointError(source.name, `belongs to no GPT-2 of ${config.nLayer} layers (config.json)`, {
        tensor: name,
      });
  }
  return found;
}

function find(checkpoint: Checkpoint, name: string, { shape, because, role }: ExpectedTensor): StoredTensor {
  const tensor = checkpoint.tensors.get(name);
  if (!tensor) throw new CheckpointError(checkpoint.name, `is missing; ${holdings(checkpoint)}`, { tensor: name });
  const fail = (problem: string) => new CheckpointError(tensor.source.name, problem, { tensor: name });
  if (!FLOATS.includes(tensor.dtype)) throw fail(`is ${tensor.dtype}; weights are read from ${FLOATS.join(", ")}`);
  if (!sameShape(tensor.shape, shape)) {
    const transposed = role === "linear" && sameShape([...tensor.shape].reverse(), shape);
    const hint = transposed ? "; it looks transposed, GPT-2 stores Conv1D weights as [in, out]" : "";
    throw fail(`is ${formatShape(tensor.shape)}, config.json (${because}) asks for ${formatShape(shape)}${hint}`);
  }
  return tensor;
}

function holdings({ tensors }: Checkpoint): string {
  const some = [...tensors.keys()].slice(0, 3).map(quote).join(", ");
  return tensors.size === 0 ? "the checkpoint holds no tensors" : `it holds ${tensors.size} tensors: ${some}, ...`;
}

function reader(
  found: ReadonlyMap<string, StoredTensor>,
  engine: Engine,
  { signal, onProgress }: LoadOptions,
): ReadTensor {
  const total = [...found.values()].reduce((sum, { begin, end }) => sum + end - begin, 0);
  let loaded = 0;
  return ({ name, shape, role }) => {
    const { source, begin, dtype } = found.get(name) as StoredTensor;
    const read = async (offset: number, into: Uint8Array): Promise<void> => {
      signal?.throwIfAborted();
      await source.read(begin + offset, into);
      signal?.throwIfAborted();
      loaded += into.length;
      onProgress?.(loaded, total);
    };
    return engine.loadWeight({ shape, dtype: dtype as StoredDtype, read }, role);
  };
}
