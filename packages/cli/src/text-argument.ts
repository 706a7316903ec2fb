/** The text that a command is about: as given, a file's by @name, or standard input. */
import { readFile } from "node:fs/promises";
import { CliError, usageError } from "./cli-error.ts";
import { interruption } from "./interruption.ts";
import { readStdin, utf8, withoutFinalNewline } from "./read-stdin.ts";

/**
 * The text; of a file and of standard input without one newline at the end. A text that begins with @ itself comes by one of those.
 * @throws CliError if a file cannot be read, or what is read is not UTF-8; AbortError at Ctrl-C
 */
export async function textArgument(given: string | undefined): Promise<string> {
  if (given === undefined) return withoutFinalNewline(await readStdin(interruption().signal));
  return given.startsWith("@") ? withoutFinalNewline(await readText(given.slice(1))) : given;
}

/** The text of a file. @throws CliError if it has no name, cannot be read, or is not UTF-8 */
export async function readText(path: string): Promise<string> {
  if (path === "") throw usageError("@ needs the name of a file: @story.txt");
  const bytes = await readFile(path).catch((cause: Error) => {
    throw new CliError(`cannot read ${JSON.stringify(path)}: ${cause.message}`, 1);
  });
  return utf8(bytes, JSON.stringify(path));
}
