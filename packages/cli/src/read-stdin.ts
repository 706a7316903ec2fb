/** Standard input: all of it as text, or line by line from a person. */
import { addAbortSignal, type Readable } from "node:stream";

/** Standard input as text, to the byte. @throws the signal's AbortError */
export async function readStdin(signal: AbortSignal, stdin: Readable = process.stdin): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of addAbortSignal(signal, stdin)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** The text without the one newline that `echo` puts at its end. */
export function withoutFinalNewline(text: string): string {
  return text.replace(/\r?\n$/, "");
}
