/** What a model in a folder is, from its config and the headers of its weights. */
import { type CheckpointSummary, namesIn } from "../checkpoint/summary.ts";
import type { GPT2Config } from "../config/config.ts";
import { inspectFiles } from "../files/inspect-files.ts";
import { folderFiles } from "./folder-files.ts";
import { loadConfig, openFolder } from "./load-model.ts";

/** What a folder with a model holds. */
export interface FolderInfo {
  readonly folder: string;
  readonly config: GPT2Config;
  readonly summary: CheckpointSummary;
}

/** What the model in `folder` is; its tensors are not read. @throws ConfigError or CheckpointError */
export async function inspectFolder(folder: string): Promise<FolderInfo> {
  const { config, summary } = await inspectFiles(folderFiles(folder, "inspectFolder"));
  return { folder, config, summary };
}

/**
 * The names that the parameters of the model in `folder` have in its checkpoint, in the order of the pass.
 * @throws ConfigError or CheckpointError
 */
export async function parameterNames(folder: string): Promise<string[]> {
  const config = await loadConfig(folder, "parameterNames");
  const checkpoint = await openFolder(folder, "parameterNames");
  try {
    return namesIn(checkpoint, config);
  } finally {
    await checkpoint.close();
  }
}
