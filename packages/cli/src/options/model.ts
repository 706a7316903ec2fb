/** The options of every command that takes a model: which one, and how the hub is asked for it. */
import { BUNDLED } from "../model/bundled-models.ts";
import { type OptionsOf, option } from "./option.ts";
import { path, revision } from "./values.ts";

export const revisionOption = option(
  "--revision <name>",
  "of the hub's model: a branch, a tag or a commit (default: main)",
  { parse: revision },
);

export const cacheOption = option(
  "--cache-dir <folder>",
  "where models of the hub are kept (default: Python's cache, HF_HUB_CACHE)",
  { parse: path },
);

/** How the hub is asked, for a command that takes the model as its argument. */
export const hubOptions = [
  revisionOption,
  option("--offline", "only what is in the cache; as HF_HUB_OFFLINE=1"),
  cacheOption,
] as const;

const WHAT = "a folder, a name in weights/, or a model of the hub: org/name, gpt2, ...";

export const modelOptions = [
  option("--model <model>", WHAT, { parse: path, default: BUNDLED }),
  ...hubOptions,
] as const;

export type ModelFlags = OptionsOf<typeof modelOptions>;

/** The same without a default; `unset` says what holds where no model is given. */
export function optionalModelOptions(unset: string) {
  return [option("--model <model>", `${WHAT} (${unset})`, { parse: path }), ...hubOptions] as const;
}
