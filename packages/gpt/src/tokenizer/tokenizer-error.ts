/** A tokenizer's file that cannot be read, or that asks for what is not supported. */
export class TokenizerError extends Error {
  override readonly name = "TokenizerError";
}
