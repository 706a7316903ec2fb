/** tsgpt pull: downloads a model of the hub into the cache, and prints its folder. */
import { fetchModel } from "@tsgpt/hub";
import { command } from "../command.ts";
import { requireHubModel } from "../model/find-model.ts";
import { cacheOption, revisionOption } from "../options/model.ts";
import { type OptionsOf, option } from "../options/option.ts";
import { withDownloadProgress } from "../terminal/download-progress.ts";
import { interruption } from "../terminal/interruption.ts";

const options = [revisionOption, cacheOption, option("--json", "print {id, revision, commit, folder}")] as const;

export const pull = command({
  name: "pull",
  summary: "download a model of the hub into the cache, or update it",
  arguments: [["<model>", "org/name, or distilgpt2, gpt2, gpt2-medium, gpt2-large, gpt2-xl"]],
  options,
  help: `Examples:
  $ tsgpt pull gpt2
  $ tsgpt pull microsoft/DialoGPT-small --revision main

Prints the model's folder. Downloads are verified and resume after an interruption.`,
  action: pullCommand,
});

/** Runs the command. @throws CliError for a name that is not a model id; what fetchModel throws */
async function pullCommand(model: string, { json, ...hub }: OptionsOf<typeof options>): Promise<void> {
  requireHubModel(model);
  const { signal } = interruption();
  const fetched = await withDownloadProgress((onEvent) =>
    fetchModel(model, { ...hub, refresh: true, signal, onEvent }),
  );
  process.stdout.write(json ? `${JSON.stringify(fetched)}\n` : `${fetched.folder}\n`);
}
