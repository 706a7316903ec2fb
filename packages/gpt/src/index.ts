/** @tsgpt/gpt: GPT-2, its checkpoints, its KV cache, and generation. What needs Node is in "@tsgpt/gpt/node". */

export { ContextOverflowError } from "./errors.ts";
export {
  type FinishReason,
  type GeneratedToken,
  type GenerateOptions,
  generate,
  promptIds,
  type Sample,
  type SampleContext,
} from "./generate.ts";
export { KVCache } from "./kv-cache.ts";
export { crossEntropy, type Loss } from "./loss.ts";
export { type ForwardOptions, forward, forwardByLayer, type Model } from "./model.ts";
export { activationKeys, type Hook, record, stackTraces, type Trace, traceWith } from "./trace.ts";
