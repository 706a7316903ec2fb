/** @tsgpt/gpt: GPT-2, its checkpoints, its KV cache, and generation. What needs Node is in "@tsgpt/gpt/node". */

import "./tokenizer/character-table.ts";

export { KVCache } from "./kv-cache.ts";

// The character table comes first in a bundle, then, as the cache imports @tsgpt/tensor, the kernels:
// docs/decisions/0016-bundle-size.md.

export { type ActivationName, activationKeys, type BlockKeys, checkActivationKey, keyOf } from "./activation-keys.ts";
export { checkModel } from "./check-model.ts";
export { type ByteSource, memorySource } from "./checkpoint/byte-source.ts";
export type { StoredTensor } from "./checkpoint/checkpoint.ts";
export { type Checkpoint, shardedCheckpoint, singleFileCheckpoint } from "./checkpoint/checkpoint.ts";
export { describeForeignFile } from "./checkpoint/foreign-file.ts";
export { bareName } from "./checkpoint/names.ts";
export type { AttentionParameters, MlpParameters } from "./checkpoint/parameters.ts";
export {
  type BlockParameters,
  type LayerNormParameters,
  type LinearParameters,
  type LoadOptions,
  loadParameters,
  type Parameters,
} from "./checkpoint/parameters.ts";
export { randomModel } from "./checkpoint/random-parameters.ts";
export { type ReadTensor, readTensor, readTensors } from "./checkpoint/read-tensors.ts";
export type { TensorEntry } from "./checkpoint/safetensors.ts";
export { readHeader, type SafetensorsHeader } from "./checkpoint/safetensors.ts";
export type { ReadableDtype } from "./checkpoint/summary.ts";
export { type CheckpointSummary, summarize } from "./checkpoint/summary.ts";
export type { LoadProgress } from "./checkpoint/tensor-reader.ts";
export { layoutSafetensors, type SafetensorsLayout, type TensorToWrite } from "./checkpoint/write-safetensors.ts";
export type { Activation } from "./config/activation.ts";
export { eosTokenIds, type GPT2Config, parseConfig } from "./config/config.ts";
export { FILE_NAMES } from "./config/file-names.ts";
export type { NamedText } from "./config/generation-config.ts";
export { type GenerationConfig, parseConfigs, parseGenerationConfig } from "./config/generation-config.ts";
export { parseJsonText } from "./config/json-text.ts";
export { type PresetName, presetConfig, presetNames } from "./config/presets.ts";
export { parsePythonJson } from "./config/python-json.ts";
export type { BeamOptions } from "./decode/beam-rules.ts";
export {
  type BeamSearchOptions,
  type BeamSearchResult,
  type BeamSequence,
  beamSearch,
  type LogProbabilities,
} from "./decode/beam-search.ts";
export type { LaneToken } from "./decode/concurrent-sequences.ts";
export {
  type Continuation,
  checkedPrompt,
  continuation,
  type FinishReason,
  type GeneratedToken,
  promptIds,
  type Sample,
  type SampleContext,
  type TextOptions,
} from "./decode/continuation.ts";
export { type ContrastiveOptions, contrastiveCaches, contrastiveSearch } from "./decode/contrastive-search.ts";
export { type Distribution, type DistributionOf, softmaxDistribution } from "./decode/distribution.ts";
export { draftModel } from "./decode/draft-model.ts";
export { availableCacheBytes, fittingCaches } from "./decode/fitting-caches.ts";
export { type BatchOptions, type BatchPrompt, type BatchToken, generateBatch } from "./decode/generate-batch.ts";
export { logProbabilities, logSumOfExp } from "./decode/log-sum-exp.ts";
export { type PromptLookupOptions, promptLookup } from "./decode/prompt-lookup.ts";
export type { Proposal, Proposer, ProposerFor, ProposerTask } from "./decode/proposer.ts";
export {
  type CountOptions,
  generateSamples,
  type SamplesOptions,
  type SampleToken,
  samplesAtOnce,
} from "./decode/samples.ts";
export { generateSpeculatively, type SpeculativeOptions, type SpeculativeReport } from "./decode/speculative.ts";
export type { CheckpointErrorDetails, ContextOverflow } from "./errors.ts";
export { CheckpointError, ConfigError, ContextOverflowError, promptOverflow, quote } from "./errors.ts";
export type { FileContents, ReadFile } from "./files/function-files.ts";
export type { InspectedModel } from "./files/inspect-files.ts";
export type { NamedBlob } from "./files/listed-files.ts";
export type { LoadModelOptions } from "./files/load-files.ts";
export { LARGEST_INDEX } from "./files/open-checkpoint.ts";
export { type GenerateOptions, generate } from "./generate.ts";
export { inspectSource, loadModel, type ModelSource } from "./load-model.ts";
export { checkPositions, multiplyAddsPerToken, weightBytes, weightBytesPerStep } from "./memory/cost.ts";
export type { MemoryNeed } from "./memory/memory.ts";
export { cacheBytes } from "./memory/memory.ts";
export { type MemoryByDtype, memoryByDtype } from "./memory/memory-by-dtype.ts";
export {
  type ForwardOptions,
  forward,
  forwardBatch,
  forwardBlock,
  forwardByLayer,
  type Model,
  type PassOptions,
} from "./model.ts";
export { yieldToEventLoop } from "./pass/event-loop.ts";
export { interruptibleForward } from "./pass/interruptible-forward.ts";
export { crossEntropy, type Loss } from "./pass/loss.ts";
export type { Sequence } from "./pass/sequences.ts";
export type { TokenMerge } from "./tokenizer/byte-pairs.ts";
export { splitWords } from "./tokenizer/split-words.ts";
export { byteOfCharacter, type StreamingDecoder } from "./tokenizer/streaming-decoder.ts";
export type { Tokenizer } from "./tokenizer/tokenizer.ts";
export { TokenizerError } from "./tokenizer/tokenizer-error.ts";
export { COMPANION_FILES, loadTokenizer, TOKENIZER_FILES, VOCABULARY_FILES } from "./tokenizer/tokenizer-files.ts";
export { chainTraces, type Hook, record, stackTraces, type Trace, traceWith } from "./trace.ts";
