/** The texts that a model is trained or evaluated on: files, standard input, or typed. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileSource } from "@tsgpt/gpt/node";
import { expandHome } from "@tsgpt/hub";
import { readText, splitDocuments } from "@tsgpt/train";
import { CliError, usageError } from "../cli-error.ts";
import { readStdin } from "../input/read-stdin.ts";

/** Where a text comes from; JSON, to be found again by --resume. */
export type TextSource = { readonly file: string } | { readonly typed: string } | { readonly stdin: true };

/** A path, or a name with an extension, on one line and of at most 255 characters, as file systems have it. */
const LIKE_A_FILE = /^(?=.{1,255}$)(?:\.{0,2}\/|~\/|.*\.[a-z]\w{0,7}$)/i;

/**
 * The source that an argument names. Unlike elsewhere a plain word is a file, because a text to train on is one; what
 * has a space and is no file is the text itself. `@file` and `@@text` are as in every command.
 * @throws CliError for an empty argument, and for one with a space that looks like the name of a missing file
 */
export function textSource(argument: string): TextSource {
  if (argument === "") throw usageError("a text must not be empty");
  if (argument === "-") return { stdin: true };
  if (argument.startsWith("@@")) return { typed: argument.slice(1) };
  const path = resolve(expandHome(argument.replace(/^@/, "")));
  if (argument.startsWith("@") || existsSync(path) || !/\s/.test(argument)) return { file: path };
  if (LIKE_A_FILE.test(argument)) {
    const hint = "a text that looks like the name of a file is given on standard input, with - as the text";
    throw new CliError(`${JSON.stringify(argument)} does not exist; ${hint}`, 1);
  }
  return { typed: argument };
}

/**
 * The documents of all texts, in order: the parts between end-of-text marks.
 * @throws CheckpointError or DataError naming a file that cannot be read, or is empty; CliError for no text at all; the
 * signal's AbortError
 */
export async function readDocuments(sources: readonly TextSource[], signal: AbortSignal): Promise<string[]> {
  const documents: string[] = [];
  for (const source of sources)
    for (const each of splitDocuments(await readSource(source, signal))) documents.push(each);
  if (documents.length > 0) return documents;
  throw new CliError("the text is empty: it has only line breaks and end-of-text marks, or nothing", 1);
}

async function readSource(source: TextSource, signal: AbortSignal): Promise<string> {
  if ("typed" in source) return source.typed;
  if ("stdin" in source) return readStdin(signal);
  const file = await fileSource(source.file);
  try {
    return await readText(file);
  } finally {
    await file.close();
  }
}
