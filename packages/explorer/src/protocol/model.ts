/** Requests of the model. */
import type { GPT2Config } from "@tsgpt/gpt";

/** The model that is loaded, and what it runs on. */
export interface ModelInfo {
  readonly name: string;
  readonly config: GPT2Config;
  readonly kernels: string;
  readonly threads: number;
  /** Why the engine is slower than it could be, as sentences; none if it is not. */
  readonly notes: readonly string[];
}

/** Bytes of weights. */
export interface LoadProgress {
  readonly loaded: number;
  readonly total: number;
}

export interface ModelRequests {
  /** Loads a model from the URL of its folder. */
  load: { asks: { readonly url: string }; reports: LoadProgress; gives: ModelInfo };
}
