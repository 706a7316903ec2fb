/** tsgpt remove: deletes a model of the hub from the cache. */
import { planRemoval } from "@tsgpt/hub";
import { usageError } from "../cli-error.ts";
import { command } from "../command.ts";
import { requireHubModel } from "../model/find-model.ts";
import { cacheOption, revisionOption } from "../options/model.ts";
import { type OptionsOf, option } from "../options/option.ts";
import { confirm } from "../terminal/confirm.ts";
import { formatBytes } from "../terminal/format-bytes.ts";
import { interruption } from "../terminal/interruption.ts";

const options = [
  revisionOption,
  cacheOption,
  option("--yes", "do not ask for confirmation"),
  option("--json", "print {id, commits, bytes}"),
] as const;

export const remove = command({
  name: "remove",
  summary: "delete a model of the hub from the cache, after a confirmation",
  arguments: [["<model>", "org/name, or distilgpt2, gpt2, gpt2-medium, gpt2-large, gpt2-xl"]],
  options,
  help: `Examples:
  $ tsgpt remove gpt2-xl
  $ tsgpt remove org/name --revision v1 --yes

Without --revision all revisions are deleted; with it, files that another revision shares are kept.`,
  action: removeCommand,
});

/** Runs the command. @throws CliError without --yes where stdin is not a terminal; what planRemoval throws */
async function removeCommand(model: string, { yes, json, ...hub }: OptionsOf<typeof options>): Promise<void> {
  requireHubModel(model);
  if (!yes && !process.stdin.isTTY) throw usageError("stdin is not a terminal to confirm on: give --yes");
  const { remove: removeFiles, ...removal } = await planRemoval(model, hub);
  const { id, commits, bytes } = removal;
  const count = commits.length === 1 ? "1 revision" : `${commits.length} revisions`;
  if (!yes) {
    const terminal = { input: process.stdin, output: process.stderr };
    if (!(await confirm(`delete ${id}, ${count}, ${formatBytes(bytes)}?`, terminal, interruption()))) return;
  }
  await removeFiles();
  process.stdout.write(json ? `${JSON.stringify(removal)}\n` : `${id}: ${formatBytes(bytes)} freed\n`);
}
