/**
 * tsgpt: load a model and generate with it, in Node. The command of the same name starts in main.ts. Forward passes,
 * traces, other samplers and other strategies are in @tsgpt/gpt and @tsgpt/sampling.
 */
export type { FinishReason, GeneratedToken, Model } from "@tsgpt/gpt";
export { type GeneratedText, type GenerateOptions, type Generation, generate } from "./library/generate.ts";
export { type LoadModelOptions, loadModel, type ModelProgress } from "./library/load-model.ts";
export { ModelNotFoundError } from "./library/model-source.ts";
