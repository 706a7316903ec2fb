/** Notes: messages on stderr that are not errors. */

/** Writes a note to stderr, on its own line. */
export function note(text: string): void {
  process.stderr.write(`note: ${text}\n`);
}
