/** Standard input: all of it as text. */
import { addAbortSignal, type Readable } from "node:stream";
import { CliError } from "./cli-error.ts";

/** Standard input as text, to the byte. @throws CliError if it is not UTF-8; the signal's AbortError */
export async function readStdin(signal: AbortSignal, stdin: Readable = process.stdin): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of addAbortSignal(signal, stdin)) chunks.push(chunk as Buffer);
  return utf8(Buffer.concat(chunks), "standard input");
}

/** The text of bytes from `source`. @throws CliError if they are not UTF-8 */
export function utf8(bytes: Uint8Array, source: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CliError(`${source} is not UTF-8 text`, 1);
  }
}

/** The text without the one newline that `echo` puts at its end. */
export function withoutFinalNewline(text: string): string {
  return text.replace(/\r?\n$/, "");
}
