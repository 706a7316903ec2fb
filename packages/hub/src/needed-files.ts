/** The files needed of a model. Nothing else is downloaded, and never a file that can run code. */
import { COMPANION_FILES, FILE_NAMES, VOCABULARY_FILES } from "@tsgpt/gpt";
import { HubError } from "./hub-error.ts";

const { index: INDEX, tokenizer: TOKENIZER, weights: WEIGHTS } = FILE_NAMES;

/** Only the tokenizer, or the whole model. */
export type Need = "tokenizer" | "model";

const PICKLES = /^(pytorch_model.*\.bin|.*\.(pt|pth|ckpt|pkl))$/;

/** The tokenizer's files among those that exist: one or two and their companions, or none. */
export function tokenizerFiles(has: (name: string) => boolean): readonly string[] {
  const forms = [[TOKENIZER], VOCABULARY_FILES];
  const form = forms.find((names) => names.every(has));
  return form ? [...form, ...COMPANION_FILES.filter(has)] : [];
}

/**
 * The file with the weights, or with the names of their shards. @throws HubError if there is neither
 * @see https://huggingface.co/docs/hub/security-pickle
 */
export function weightsFile(has: (name: string) => boolean, names: Iterable<string>, id: string): string {
  if (has(WEIGHTS)) return WEIGHTS;
  if (has(INDEX)) return INDEX;
  const pickle = [...names].find((name) => PICKLES.test(name));
  if (pickle === undefined) throw new HubError(`${id}: has no ${WEIGHTS}, and no ${INDEX}: no weights that can be run`);
  throw new HubError(
    `${id}: its weights are only in ${pickle}, a pickle, which can run any code when it is read: not fetched. ` +
      `Its page may have a pull request with safetensors (option revision refs/pr/N); or in Python: ` +
      `AutoModelForCausalLM.from_pretrained("${id}").save_pretrained("folder")`,
  );
}
