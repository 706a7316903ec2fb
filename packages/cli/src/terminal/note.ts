/** A note: something a person should know, though nothing failed. */

/** Writes it to stderr, on a line of its own. */
export function note(text: string): void {
  process.stderr.write(`note: ${text}\n`);
}
