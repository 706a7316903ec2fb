/**
 * The memory that a model needs in an engine, computed from its config before anything is read; refused if it does not
 * fit.
 */
import {
  type Engine,
  EngineError,
  LINEAR_SCRATCH_BYTES,
  referenceEngine,
  WEIGHT_DTYPES,
  type WeightDtype,
} from "@tsgpt/tensor";
import { type ExpectedTensor, listExpected } from "../checkpoint/names.ts";
import type { GPT2Config } from "../config/config.ts";
import { type PresetName, presetConfig, presetNames } from "../config/presets.ts";

/** Whether "auto" tries a dtype: f16 is no smaller than bf16, slower, and cannot represent every number. */
const TRIED: Readonly<Record<WeightDtype, boolean>> = { f32: true, f16: false, bf16: true, int8: true };
const AUTOMATIC = WEIGHT_DTYPES.filter((dtype) => TRIED[dtype]); // the largest first
const QUANTIZED_HEAD = 32; // upper bound, per quantized row

/** Bytes. */
export interface MemoryNeed {
  readonly weights: number;
  /** A cache for nPositions tokens. */
  readonly cache: number;
  /** One pass over nPositions tokens. */
  readonly arena: number;
  readonly total: number;
}

/** Bytes of the keys and values of `tokens` tokens: 2 L C float32 numbers per token. */
export function cacheBytes({ nLayer, nEmbd }: GPT2Config, tokens: number): number {
  return 2 * nLayer * nEmbd * 4 * tokens;
}

/** What one sequence at full context needs: weights, a cache, and a pass. */
export function memoryNeed(
  config: GPT2Config,
  engine: Pick<Engine, "weightBytes" | "threads">,
  dtype: WeightDtype = "f32",
): MemoryNeed {
  const tensors = listExpected(config);
  const bytesOf = ({ shape, role, alwaysFloat32 }: ExpectedTensor) =>
    engine.weightBytes(shape, role, alwaysFloat32 ? "f32" : dtype);
  const weights = tensors.reduce((sum, tensor) => sum + bytesOf(tensor), 0);
  const cache = cacheBytes(config, config.nPositions);
  const arena = passBytes(config, engine, { rows: config.nPositions, sequences: 1, dtype });
  return { weights, cache, arena, total: weights + cache + arena };
}

/**
 * Bytes for an engine whose memory cannot grow: what the model needs in this dtype, a quarter more for what a kernel
 * set pads and for a second cache, and 16 MiB for reading.
 */
export function bytesToReserve(config: GPT2Config, dtype: WeightDtype | "auto" = "auto"): number {
  return 1.25 * memoryNeed(config, referenceEngine, dtype === "auto" ? "f32" : dtype).total + 2 ** 24;
}

/** The size of a pass. */
interface PassSize {
  /** Tokens of all sequences. */
  readonly rows: number;
  readonly sequences: number;
  readonly dtype: WeightDtype;
}

/**
 * Bytes of a pass with caches that gives the last logits of each sequence: the arena as model.ts allocates it (per
 * token 3 C to embed, 11 C + 2 nInner in a block, whose slots all blocks share; V logits per sequence), and a kernel's
 * scratch.
 */
export function passBytes(config: GPT2Config, engine: Pick<Engine, "threads">, size: PassSize): number {
  const { nEmbd, nInner, vocabSize } = config;
  const activations = size.rows * (14 * nEmbd + 2 * nInner) + size.sequences * vocabSize;
  return 4 * activations + scratchBytes(config, engine, size);
}

/**
 * The largest scratch of a kernel: scores of four queries per thread; quantized rows; partial panels and sums per
 * thread.
 */
function scratchBytes(
  { nPositions, nEmbd, nInner }: GPT2Config,
  { threads }: Pick<Engine, "threads">,
  { rows, dtype }: PassSize,
): number {
  const scores = 16 * threads * nPositions;
  const floats = threads * LINEAR_SCRATCH_BYTES;
  const quantized = rows * (Math.max(nInner, nEmbd) + QUANTIZED_HEAD);
  const product: Readonly<Record<WeightDtype, number>> = { f32: floats, f16: floats, bf16: floats, int8: quantized };
  return Math.max(scores, product[dtype]);
}

/**
 * The storage dtype with which the model can use its full context: the one asked for, or for "auto" the first of f32,
 * bf16 and int8 that fits.
 * @throws EngineError with the numbers, and what would fit
 */
export function chooseDtype(
  name: string,
  config: GPT2Config,
  engine: Engine,
  asked: WeightDtype | "auto",
): WeightDtype {
  const { availableBytes = Number.POSITIVE_INFINITY, limitBytes = 0 } = engine.memory ?? {};
  const fits = (dtype: WeightDtype) => memoryNeed(config, engine, dtype).total <= availableBytes;
  if (asked !== "auto" && fits(asked)) return asked;
  const fitting = AUTOMATIC.find(fits);
  if (asked === "auto" && fitting) return fitting;
  const tried = asked === "auto" ? (AUTOMATIC.at(-1) as WeightDtype) : asked;
  const { weights, cache, arena, total } = memoryNeed(config, engine, tried);
  const context = `cache of ${config.nPositions} tokens ${inGB(cache)}`;
  const parts = `weights ${inGB(weights)} in ${tried}, ${context}, arena ${inGB(arena)}`;
  const advice = fitting
    ? `dtype ${fitting} would fit, with ${inGB(memoryNeed(config, engine, fitting).total)}`
    : `${smallerModel(engine, tried, availableBytes)}the reference kernels have no such limit`;
  throw new EngineError(
    `${name}: needs ${inGB(total)} (${parts}), the ${engine.kernelSet} engine has only ${inGB(availableBytes)}, ` +
      `its memory ends at ${limitBytes / 2 ** 30} GiB: ${advice}`,
  );
}

/** `gpt2-large would fit; `, or nothing. */
function smallerModel(engine: Engine, dtype: WeightDtype, availableBytes: number): string {
  const fits = (preset: PresetName) => memoryNeed(presetConfig(preset), engine, dtype).total <= availableBytes;
  const largest = presetNames.filter(fits).at(-1);
  return largest ? `${largest} would fit; ` : "";
}

/** `3.10 GB` */
function inGB(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
