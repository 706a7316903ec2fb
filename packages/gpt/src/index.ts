/** @tsgpt/gpt: GPT-2, its checkpoints, its KV cache, and generation. What needs Node is in "@tsgpt/gpt/node". */
export type { Activation } from "./activation.ts";
export { type ByteSource, endOfFile, memorySource } from "./checkpoint/byte-source.ts";
export { type Checkpoint, shardedCheckpoint, singleFileCheckpoint } from "./checkpoint/checkpoint.ts";
export {
  type AttentionParameters,
  type BlockParameters,
  type LayerNormParameters,
  type LinearParameters,
  type LoadOptions,
  loadParameters,
  type MlpParameters,
  type Parameters,
} from "./checkpoint/parameters.ts";
export { type ReadTensor, readTensor, readTensors } from "./checkpoint/read-tensors.ts";
export { readHeader, type SafetensorsHeader } from "./checkpoint/safetensors.ts";
export { type TensorToWrite, writeSafetensors } from "./checkpoint/write-safetensors.ts";
export { eosTokenIds, type GPT2Config, parseConfig } from "./config.ts";
export {
  checkedPrompt,
  type FinishReason,
  type GeneratedToken,
  promptIds,
  type Sample,
  type SampleContext,
  type TextOptions,
} from "./continuation.ts";
export { multiplyAddsPerToken, weightBytes, weightBytesPerStep } from "./cost.ts";
export type { BeamOptions } from "./decode/beam-rules.ts";
export {
  type BeamSearchOptions,
  type BeamSearchResult,
  type BeamSequence,
  beamSearch,
  type LogProbabilities,
} from "./decode/beam-search.ts";
export { type ContrastiveOptions, contrastiveCaches, contrastiveSearch } from "./decode/contrastive-search.ts";
export { type Distribution, type DistributionOf, softmaxDistribution } from "./decode/distribution.ts";
export { draftModel } from "./decode/draft-model.ts";
export { type BatchOptions, type BatchPrompt, type BatchToken, generateBatch } from "./decode/generate-batch.ts";
export { type PromptLookupOptions, promptLookup } from "./decode/prompt-lookup.ts";
export type { Proposal, Proposer, ProposerFor, ProposerTask } from "./decode/proposer.ts";
export { type HeldCache, reorder } from "./decode/reorder.ts";
export { generateSamples, type SamplesOptions, type SampleToken, samplesAtOnce } from "./decode/samples.ts";
export { generateSpeculatively, type SpeculativeOptions, type SpeculativeReport } from "./decode/speculative.ts";
export { CheckpointError, ConfigError, ContextOverflowError, quote } from "./errors.ts";
export { type GenerateOptions, generate } from "./generate.ts";
export { type GenerationConfig, parseConfigs, parseGenerationConfig } from "./generation-config.ts";
export { KVCache } from "./kv-cache.ts";
export type { Limits } from "./limit-passes.ts";
export { logProbabilities, logSumOfExp } from "./log-sum-exp.ts";
export { crossEntropies, crossEntropy, type Loss } from "./loss.ts";
export {
  type GenerationSpeed,
  type MeasureOptions,
  measureGeneration,
  measurePositions,
  type PositionOptions,
  type PositionTime,
  type Speed,
} from "./measure.ts";
export { cacheBytes, chooseDtype, type MemoryNeed, memoryNeed } from "./memory.ts";
export { type MemoryByDtype, memoryByDtype, type StorageDtype } from "./memory-by-dtype.ts";
export { type ForwardOptions, forward, forwardBatch, forwardByLayer, type Model, type PassOptions } from "./model.ts";
export { type PresetName, presetConfig, presetNames } from "./presets.ts";
export { randomModel } from "./random-parameters.ts";
export type { Sequence } from "./sequences.ts";
export type { StreamingDecoder } from "./streaming-decoder.ts";
export { type Tokenizer, TokenizerError } from "./tokenizer.ts";
export { loadTokenizer, loadTokenizerFiles, TOKENIZER_FILES, type TokenizerFiles } from "./tokenizer-files.ts";
export { activationKeys, type Hook, record, stackTraces, type Trace, traceWith } from "./trace.ts";
