/** The options of every command that takes a model: which one, and how it is fetched from the hub. */
import { BUNDLED } from "../model/bundled-models.ts";
import { type OptionsOf, option } from "./option.ts";
import { path, revision } from "./values.ts";

export const revisionOption = option("--revision <name>", "branch, tag or commit of a hub model (default: main)", {
  parse: revision,
});

export const cacheOption = option(
  "--cache-dir <folder>",
  "cache of hub models (default: that of Python's huggingface_hub, HF_HUB_CACHE)",
  { parse: path },
);

/** The hub options alone, for a command that takes the model as its argument. */
export const hubOptions = [
  revisionOption,
  option("--offline", "use only the cache, like HF_HUB_OFFLINE=1"),
  cacheOption,
] as const;

const WHAT = "a folder, a bundled model, or a model of the hub: org/name, gpt2, ...";

export const modelOptions = [
  option("--model <model>", WHAT, { parse: path, default: BUNDLED }),
  ...hubOptions,
] as const;

export type ModelFlags = OptionsOf<typeof modelOptions>;

/** The same without a default value; `unset` describes what applies if no model is given. */
export function optionalModelOptions(unset: string) {
  return [option("--model <model>", `${WHAT} (${unset})`, { parse: path }), ...hubOptions] as const;
}
