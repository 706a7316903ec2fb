/** @tsgpt/sampling: from logits to the next token, in small pure steps. */
export { type Candidates, candidatesOf, probabilities } from "./candidates.ts";
export { applyChain, type ChainResult, type StepReport } from "./chain.ts";
export { type DeckOptions, deckChain } from "./deck-chain.ts";
export { type DeckPenalties, deckPenalties } from "./deck-penalties.ts";
export { draw, pick } from "./draw.ts";
export { SamplingError } from "./errors.ts";
export { createGenerator, type Generator, nextUint32, nextUniform } from "./generator.ts";
export { argmax, greedy } from "./greedy.ts";
export { createSampler, type SampleContext, type Sampler } from "./sampler.ts";
export { type ChainSpec, type StepSpec, validateChain } from "./spec.ts";
export { temperature } from "./temperature.ts";
export { topK } from "./top-k.ts";
export { topP } from "./top-p.ts";
