/** tsgpt remove: a model of the hub out of the cache. */
import { planRemoval } from "@tsgpt/hub";
import { formatBytes } from "../bytes.ts";
import { usageError } from "../cli-error.ts";
import { confirm } from "../confirm.ts";
import { requireHubModel } from "../find-model.ts";
import { interruption } from "../interruption.ts";

export interface RemoveFlags {
  readonly revision?: string;
  readonly cacheDir?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Runs the command. @throws CliError without --yes where nobody can be asked; what planRemoval throws */
export async function removeCommand(model: string, { yes, json, ...options }: RemoveFlags): Promise<void> {
  requireHubModel(model);
  if (!yes && !process.stdin.isTTY) throw usageError("there is no terminal to ask on: give --yes");
  const { remove, ...removal } = await planRemoval(model, options);
  const { id, commits, bytes } = removal;
  const count = commits.length === 1 ? "1 revision" : `${commits.length} revisions`;
  if (!yes) {
    const terminal = { input: process.stdin, output: process.stderr };
    if (!(await confirm(`delete ${id}, ${count}, ${formatBytes(bytes)}?`, terminal, interruption()))) return;
  }
  await remove();
  process.stdout.write(json ? `${JSON.stringify(removal)}\n` : `${id}: ${formatBytes(bytes)} freed\n`);
}
