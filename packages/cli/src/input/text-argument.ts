/** Text arguments: literal text, a file given as @name, or standard input. The rules are the same in every command. */
import { readFile } from "node:fs/promises";
import { expandHome } from "@tsgpt/hub";
import { CliError, usageError } from "../cli-error.ts";
import { readStdin, utf8, withoutFinalNewline } from "./read-stdin.ts";

const ESCAPE = "a text that begins with @ is typed with @@";

/**
 * The argument, or else standard input. @throws CliError if it cannot be read or is not UTF-8; the signal's
 * AbortError
 */
export function textArgument(typed: string | undefined, signal: AbortSignal): Promise<string> {
  return typed === undefined ? readStdin(signal) : typedText(typed);
}

/** `@story.txt` is the text of that file without one final newline, `@@home` the text `@home`. @throws CliError */
export async function typedText(typed: string): Promise<string> {
  if (typed.startsWith("@@")) return typed.slice(1);
  if (!typed.startsWith("@")) return typed;
  if (typed === "@") throw usageError(`@ must be followed by a file name: @story.txt; ${ESCAPE}`);
  return withoutFinalNewline(await readText(expandHome(typed.slice(1)), `; ${ESCAPE}`));
}

/** The text of a file; `hint` is appended to an error message. @throws CliError if it cannot be read or is not UTF-8 */
export async function readText(path: string, hint = ""): Promise<string> {
  const bytes = await readFile(path).catch((cause: Error) => {
    throw new CliError(`cannot read ${JSON.stringify(path)}: ${cause.message}${hint}`, 1);
  });
  return utf8(bytes, JSON.stringify(path));
}
