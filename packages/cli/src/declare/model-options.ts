/** The options of every command that takes a model: which one, and how the hub is asked for it. */
import { type Command, Option } from "commander";
import { BUNDLED } from "../find-model.ts";
import { path, revision } from "../option-values.ts";

/** Adds them; `or` names an option that stands for another model, and goes with none of them. */
export function withModel(command: Command, or?: string): Command {
  const model = modelOption(or === undefined ? "" : ` (default: "${BUNDLED}")`);
  const options = [or === undefined ? model.default(BUNDLED) : model, ...hubOptions()];
  for (const option of options) command.addOption(or === undefined ? option : option.conflicts(or));
  return command;
}

/** Adds them without a default; `unset` says what holds where no model is typed. */
export function withModelUnset(command: Command, unset: string): Command {
  for (const option of [modelOption(` (${unset})`), ...hubOptions()]) command.addOption(option);
  return command;
}

function modelOption(unset: string): Option {
  const what = "a folder, a name in weights/, or a model of the hub: org/name, gpt2, ...";
  return new Option("--model <model>", `${what}${unset}`).argParser(path);
}

/** Those that say how the hub is asked, for a command that takes the model as its argument. */
export function withHub(command: Command): Command {
  for (const option of hubOptions()) command.addOption(option);
  return command;
}

function hubOptions(): Option[] {
  return [revisionOption(), new Option("--offline", "only what is in the cache; as HF_HUB_OFFLINE=1"), cacheOption()];
}

/** `--revision` */
export function revisionOption(): Option {
  return new Option("--revision <name>", "of the hub's model: a branch, a tag or a commit (default: main)").argParser(
    revision,
  );
}

/** `--cache-dir` */
export function cacheOption(): Option {
  const option = new Option(
    "--cache-dir <folder>",
    "where models of the hub are kept (default: Python's cache, HF_HUB_CACHE)",
  );
  return option.argParser(path);
}
