/** What is found in place of weights when a download or a clone went wrong: told by the first bytes, for a better message. */
const FOREIGN: readonly (readonly [pattern: RegExp, description: string])[] = [
  [/^version https:\/\/git-lfs/, "is a Git LFS pointer, not the weights: run `git lfs pull` in the clone it came from"],
  [
    /^\s*<(!doctype|html|\?xml)/i,
    "is a web page, not weights: the download was answered with an error or a login page",
  ],
  [/^GGUF/, "is a GGUF file; only safetensors files are read"],
  [/^PK\p{Cc}/u, "is a zip archive, as PyTorch's pickle files are; only safetensors files are read"],
];

/** A sentence without its subject, or undefined if the bytes look like none of these. */
export function describeForeignFile(firstBytes: Uint8Array): string | undefined {
  const text = String.fromCharCode(...firstBytes);
  return FOREIGN.find(([pattern]) => pattern.test(text))?.[1];
}
