/**
 * A parameter, a chain or a row of logits that cannot be sampled from. The message states the rule and the actual
 * value.
 */
export class SamplingError extends Error {
  override readonly name = "SamplingError";
}

/** A value of any type as a message shows it: `"0.9"` for a string, `0.9` for the number. */
export function show(value: unknown): string {
  const text = typeof value === "object" || typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}
