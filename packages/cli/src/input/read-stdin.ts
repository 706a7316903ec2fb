/** Reads standard input as text. */
import { addAbortSignal, type Readable } from "node:stream";
import type { ReadStream } from "node:tty";
import { CliError } from "../cli-error.ts";
import { note } from "../terminal/note.ts";

/**
 * Reads all of standard input, without one final newline. On a terminal it notes that it waits for input.
 * @throws CliError if it is not UTF-8; the signal's AbortError
 */
export async function readStdin(signal: AbortSignal, stdin: Readable = process.stdin): Promise<string> {
  if ((stdin as Partial<ReadStream>).isTTY)
    note("reading the text from the terminal; Ctrl-D on a line of its own ends it");
  const chunks: Buffer[] = [];
  for await (const chunk of addAbortSignal(signal, stdin)) chunks.push(chunk as Buffer);
  return withoutFinalNewline(utf8(Buffer.concat(chunks), "standard input"));
}

const BYTE_ORDER_MARK = "\uFEFF";

/**
 * Decodes UTF-8 bytes from `source`. A byte order mark at the start, which some editors write, is removed with a note.
 * @throws CliError if they are not UTF-8
 */
export function utf8(bytes: Uint8Array, source: string): string {
  const text = decode(bytes, source);
  if (!text.startsWith(BYTE_ORDER_MARK)) return text;
  note(`removed the byte order mark, U+FEFF, at the start of ${source}`);
  return text.slice(BYTE_ORDER_MARK.length);
}

function decode(bytes: Uint8Array, source: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CliError(`${source} is not UTF-8 text`, 1);
  }
}

/** The text without the one newline that `echo` and editors write at its end. */
export function withoutFinalNewline(text: string): string {
  return text.replace(/\r?\n$/, "");
}
