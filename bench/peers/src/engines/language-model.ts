/** What each engine makes of the model, and what is asked of all of them alike: their logits, and the time of a turn. */
import { argmax, Tensor } from "@tsgpt/tensor";
import type { Contestant, Running } from "../contest.ts";

export interface LanguageModel extends Running {
  /** Forgets everything before. T ids -> [V], the logits after the last */
  prefill(ids: readonly number[]): Promise<Float32Array>;
  /** One token behind all before it. -> [V] */
  step(id: number): Promise<Float32Array>;
}

/** In tokens. */
export interface Sizes {
  /** Read by one prefill. */
  readonly prompt: number;
  /** In the cache before the first step of decode. */
  readonly context: number;
  /** Of decode. */
  readonly steps: number;
}

const CHECKED_PROMPT = 100;
const CHECKED_STEPS = 3;

/** A model that answers for its logits after a prompt and after some steps, and measures `prefill` and `decode`. */
export function languageModelContestant(model: LanguageModel, sizes: Sizes, vocabSize: number): Contestant {
  return {
    kernels: model.kernels,
    threads: model.threads,
    outputs: () => checkedLogits(model, vocabSize),
    tasks: {
      prefill: () => timePrefill(model, fillerIds(sizes.prompt, vocabSize)),
      decode: () => timeDecode(model, fillerIds(sizes.context, vocabSize), sizes.steps),
    },
  };
}

/** The same tokens for every engine, whatever they think comes next. -> [steps + 1, V] */
async function checkedLogits(model: LanguageModel, vocabSize: number): Promise<Float32Array> {
  const ids = fillerIds(CHECKED_PROMPT + CHECKED_STEPS, vocabSize);
  const logits = new Float32Array((CHECKED_STEPS + 1) * vocabSize);
  logits.set(await model.prefill(ids.slice(0, CHECKED_PROMPT)));
  for (let step = 0; step < CHECKED_STEPS; step++) {
    logits.set(await model.step(ids[CHECKED_PROMPT + step] as number), (step + 1) * vocabSize);
  }
  return logits;
}

async function timePrefill(model: LanguageModel, ids: readonly number[]): Promise<number> {
  const start = performance.now();
  await model.prefill(ids);
  return performance.now() - start;
}

/** Greedy: the largest logit is fed next. The context is read before the clock starts. */
async function timeDecode(model: LanguageModel, context: readonly number[], steps: number): Promise<number> {
  let logits = await model.prefill(context);
  const start = performance.now();
  for (let step = 0; step < steps; step++) logits = await model.step(argmax(new Tensor(logits, [logits.length])));
  return performance.now() - start;
}

/** Ids that differ from token to token; which they are changes no time. */
function fillerIds(count: number, vocabSize: number): number[] {
  return Array.from({ length: count }, (_, i) => (7919 * (i + 1)) % vocabSize);
}
