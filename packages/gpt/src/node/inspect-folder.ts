/** What a model is, from its config and the headers of its weights. */
import { type CheckpointSummary, summarize } from "../checkpoint/summary.ts";
import type { GPT2Config } from "../config/config.ts";
import { loadConfig, openFolder } from "./load-model.ts";

/** What a folder with a model holds. */
export interface FolderInfo {
  readonly folder: string;
  readonly config: GPT2Config;
  readonly summary: CheckpointSummary;
}

/** What the model in `folder` is; its tensors are not read. @throws ConfigError or CheckpointError */
export async function inspectFolder(folder: string): Promise<FolderInfo> {
  const config = await loadConfig(folder, "inspectFolder");
  const checkpoint = await openFolder(folder, "inspectFolder");
  try {
    return { folder, config, summary: summarize(checkpoint, config) };
  } finally {
    await checkpoint.close();
  }
}
