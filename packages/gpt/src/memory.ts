/** Memory: what a model takes in an engine, known from its config before anything is read, and refused if it cannot fit. */
import { type Engine, EngineError } from "@tsgpt/tensor";
import { expectedTensors, listExpected } from "./checkpoint/names.ts";
import type { GPT2Config } from "./config.ts";
import { presetConfig, presetNames } from "./presets.ts";

/** Bytes. */
export interface MemoryNeed {
  readonly weights: number;
  /** Of a cache for nPositions tokens. */
  readonly cache: number;
  /** Of one pass over nPositions tokens. */
  readonly arena: number;
  readonly total: number;
}

/** Bytes of the keys and values of `tokens` tokens: 2 L C float32 numbers each. */
export function cacheBytes({ nLayer, nEmbd }: GPT2Config, tokens: number): number {
  return 2 * nLayer * nEmbd * 4 * tokens;
}

/**
 * What the model needs at its full context, the most that it can come to need. The arena holds a token's vectors as model.ts
 * allocates them: 3 C to embed it, 11 C + 2 nInner in a block, whose slots all blocks share, and the logits of the last, V.
 */
export function memoryNeed(config: GPT2Config, engine: Pick<Engine, "weightBytes">): MemoryNeed {
  const { nPositions, nEmbd, nInner, vocabSize } = config;
  const tensors = listExpected(expectedTensors(config));
  const weights = tensors.reduce((sum, { shape, role }) => sum + engine.weightBytes(shape, role), 0);
  const cache = cacheBytes(config, nPositions);
  const arena = 4 * (nPositions * (14 * nEmbd + 2 * nInner) + vocabSize);
  return { weights, cache, arena, total: weights + cache + arena };
}

/**
 * Checks that a model fits into the engine, so that whatever is loaded can be used to its full context.
 * @throws EngineError with the numbers, and what would fit
 */
export function checkFits(name: string, config: GPT2Config, engine: Engine): void {
  const { roomBytes = Number.POSITIVE_INFINITY } = engine.memory ?? {};
  const { weights, cache, arena, total } = memoryNeed(config, engine);
  if (total <= roomBytes) return;
  const parts = `weights ${inGB(weights)} in float32, cache of ${config.nPositions} tokens ${inGB(cache)}, arena ${inGB(arena)}`;
  const fitting = presetNames.filter((preset) => memoryNeed(presetConfig(preset), engine).total <= roomBytes).at(-1);
  const smaller = fitting ? `${fitting} would fit; ` : "";
  throw new EngineError(
    `${name}: needs ${inGB(total)} (${parts}), the ${engine.kernelSet} engine has room for ${inGB(roomBytes)}, its memory ends ` +
      `at 4 GiB: ${smaller}the reference kernels know no limit but the machine's`,
  );
}

/** `3.10 GB` */
function inGB(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
