/** tsgpt pull: a model of the hub into the cache; its folder on stdout. */
import { fetchModel } from "@tsgpt/hub";
import { withDownloadProgress } from "../download-progress.ts";
import { requireHubModel } from "../find-model.ts";
import { interruption } from "../interruption.ts";

export interface PullFlags {
  readonly revision?: string;
  readonly cacheDir?: string;
  readonly json?: boolean;
}

/** Runs the command. @throws CliError for what is no model's id; what fetchModel throws */
export async function pullCommand(model: string, { json, ...options }: PullFlags): Promise<void> {
  requireHubModel(model);
  const { signal } = interruption();
  const fetched = await withDownloadProgress((onEvent) =>
    fetchModel(model, { ...options, refresh: true, signal, onEvent }),
  );
  process.stdout.write(json ? `${JSON.stringify(fetched)}\n` : `${fetched.folder}\n`);
}
