/** tsgpt pull: a model of the hub into the cache; its folder on stdout. */
import { fetchModel } from "@tsgpt/gpt/node";
import { command } from "../command.ts";
import { requireHubModel } from "../model/find-model.ts";
import { cacheOption, revisionOption } from "../options/model.ts";
import { type OptionsOf, option } from "../options/option.ts";
import { withDownloadProgress } from "../terminal/download-progress.ts";
import { interruption } from "../terminal/interruption.ts";

const options = [revisionOption, cacheOption, option("--json", "{id, revision, commit, folder}")] as const;

export const pull = command({
  name: "pull",
  summary: "fetch a model of the hub into the cache, or what is new of it",
  arguments: [["<model>", "org/name, or distilgpt2, gpt2, gpt2-medium, gpt2-large, gpt2-xl"]],
  options,
  help: `Examples:
  $ tsgpt pull gpt2
  $ tsgpt pull microsoft/DialoGPT-small --revision main

Stdout holds the model's folder. What was cut off goes on where it ended.`,
  action: pullCommand,
});

/** Runs the command. @throws CliError for what is no model's id; what fetchModel throws */
async function pullCommand(model: string, { json, ...hub }: OptionsOf<typeof options>): Promise<void> {
  requireHubModel(model);
  const { signal } = interruption();
  const fetched = await withDownloadProgress((onEvent) =>
    fetchModel(model, { ...hub, refresh: true, signal, onEvent }),
  );
  process.stdout.write(json ? `${JSON.stringify(fetched)}\n` : `${fetched.folder}\n`);
}
