/** What a model is, from its config and the headers of its weights, wherever its files are. */
import { type CheckpointSummary, summarize } from "../checkpoint/summary.ts";
import type { GPT2Config } from "../config/config.ts";
import { loadConfigs } from "./load-files.ts";
import type { ModelFiles, OpenOptions } from "./model-files.ts";
import { openCheckpoint } from "./open-checkpoint.ts";

/** A model's config, and what its weights are. */
export interface InspectedModel {
  /** Of its folder. */
  readonly name: string;
  readonly config: GPT2Config;
  readonly summary: CheckpointSummary;
  /** The names of the files that hold tensors. */
  readonly weights: readonly string[];
}

/** Inspects a model; its tensors are not read. @throws ConfigError or CheckpointError; the signal's reason */
export async function inspectFiles(files: ModelFiles, options: OpenOptions = {}): Promise<InspectedModel> {
  options.signal?.throwIfAborted();
  const { config } = await loadConfigs(files, options);
  const checkpoint = await openCheckpoint(files, options);
  try {
    const weights = new Set([...checkpoint.tensors.values()].map(({ source }) => source.name));
    return { name: files.name, config, summary: summarize(checkpoint, config), weights: [...weights] };
  } finally {
    await checkpoint.close();
  }
}
