/**
 * Recognizes by its first bytes what stands in place of a model's file after a failed download or clone, for a better
 * error message.
 */
type Description = readonly [pattern: RegExp, description: string];

/** Replacements of any file; `file` and `it` name what was expected. */
const anywhere = (file: string, it: string): readonly Description[] => [
  [/^version https:\/\/git-lfs/, `is a Git LFS pointer, not ${file}: run \`git lfs pull\` in the clone it came from`],
  [/^\s*<(!doctype|html|\?xml)/i, `is a web page, not ${it}: the download was answered with an error or a login page`],
];

const IN_PLACE_OF_TEXT = anywhere("the file itself", "the file");

const IN_PLACE_OF_WEIGHTS: readonly Description[] = [
  ...anywhere("the weights", "weights"),
  [/^GGUF/, "is a GGUF file; only safetensors files are read"],
  [/^PK\p{Cc}/u, "is a zip archive, as PyTorch's pickle files are; only safetensors files are read"],
];

/** Describes what stands in place of weights, as a sentence without its subject; undefined if it is not recognized. */
export function describeForeignFile(firstBytes: Uint8Array): string | undefined {
  return describe(IN_PLACE_OF_WEIGHTS, String.fromCharCode(...firstBytes));
}

/** The same for a text file: a config, an index, a tokenizer. */
export function describeForeignText(text: string): string | undefined {
  return describe(IN_PLACE_OF_TEXT, text);
}

function describe(descriptions: readonly Description[], text: string): string | undefined {
  return descriptions.find(([pattern]) => pattern.test(text))?.[1];
}
