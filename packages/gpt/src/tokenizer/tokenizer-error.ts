/** A tokenizer file that cannot be read, or needs an unsupported feature. */
export class TokenizerError extends Error {
  override readonly name = "TokenizerError";
}
