/** What an omitted option has beside the options in force, in the model that is loaded. */
import { info } from "./engine.ts";
import { defaultOf, type NumberOption, type WordOption } from "./option-defaults.ts";
import { sampling } from "./sampling.ts";

export const shownDefault = (name: NumberOption | WordOption): number | string | undefined =>
  defaultOf(name, sampling.value, info.value?.drawDefaults ?? {});
