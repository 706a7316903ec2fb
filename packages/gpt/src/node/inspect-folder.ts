/** What a model is, from its config and the headers of its weights. */
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import { type CheckpointSummary, namesIn, summarize } from "../checkpoint/summary.ts";
import type { GPT2Config } from "../config/config.ts";
import { loadConfig, openFolder } from "./load-model.ts";

/** What a folder with a model holds. */
export interface FolderInfo {
  readonly folder: string;
  readonly config: GPT2Config;
  readonly summary: CheckpointSummary;
}

/** What the model in `folder` is; its tensors are not read. @throws ConfigError or CheckpointError */
export function inspectFolder(folder: string): Promise<FolderInfo> {
  return inspect(folder, "inspectFolder", (checkpoint, config) => {
    return { folder, config, summary: summarize(checkpoint, config) };
  });
}

/**
 * The names that the parameters of the model in `folder` have in its checkpoint, in the order of the pass.
 * @throws ConfigError or CheckpointError
 */
export function parameterNames(folder: string): Promise<string[]> {
  return inspect(folder, "parameterNames", namesIn);
}

async function inspect<T>(folder: string, by: string, look: (checkpoint: Checkpoint, config: GPT2Config) => T) {
  const config = await loadConfig(folder, by);
  const checkpoint = await openFolder(folder, by);
  try {
    return look(checkpoint, config);
  } finally {
    await checkpoint.close();
  }
}
