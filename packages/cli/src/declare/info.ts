/** The options of tsgpt info. */
import type { Command } from "commander";
import { withHub } from "./model-options.ts";

export function declareInfo(program: Command): void {
  withHub(program.command("info"))
    .description("a model's config, parameters and memory; of one on the hub, without its weights")
    .argument("<model>", "a folder, a name in weights/, or a model of the hub: org/name, gpt2, ...")
    .option("--json", "stdout holds one object alone")
    .addHelpText("after", "\nExamples:\n  $ tsgpt info gpt2-xl\n  $ tsgpt info path/to/folder --json")
    .action(async (model, options) => (await import("../commands/info.ts")).infoCommand({ model, ...options }));
}
