/** Refuses an output that is one of the command's own inputs, which writing it would destroy. */
import { fstat, stat } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expandHome } from "@tsgpt/hub";
import { usageError } from "../cli-error.ts";

/** A path or file descriptor that the command reads, and what it is called in a message. */
export type InputFile = readonly [file: string | 0, name: string];

/** Standard input, which may be redirected from a file. */
export const STDIN: InputFile = [0, "standard input"];

/**
 * @throws CliError, a usage error, if the output is one of the files, by whatever path or link. Devices may be both.
 * A folder among the inputs, such as a model's, stands for the files in it.
 */
export async function checkOwnInput(option: string, output: string, inputs: readonly InputFile[]): Promise<void> {
  const written = await identityOf(output);
  if (written === undefined) return;
  for (const [input, name] of inputs) {
    for (const file of await filesAt(input)) {
      if ((await identityOf(file)) !== written) continue;
      throw usageError(`${option} ${JSON.stringify(output)} is the same file as ${name}; give another`);
    }
  }
}

async function filesAt(input: string | 0): Promise<(string | 0)[]> {
  if (input === 0) return [input];
  const inside = await readdir(input).catch(() => []); // not a folder
  return [input, ...inside.map((file) => join(input, file))];
}

/** The files among text arguments: `@name`, and `-` for standard input. */
export function filesOf(texts: readonly (string | undefined)[]): InputFile[] {
  return texts.flatMap((text): InputFile[] => {
    if (text === "-") return [STDIN];
    return text && /^@[^@]/s.test(text) ? [[expandHome(text.slice(1)), text]] : [];
  });
}

/** Device and inode of a regular file; undefined for anything else. */
async function identityOf(file: string | 0): Promise<string | undefined> {
  const look = file === 0 ? promisify(fstat)(file, { bigint: true }) : promisify(stat)(file, { bigint: true });
  const found = await look.catch(() => undefined);
  return found?.isFile() ? `${found.dev} ${found.ino}` : undefined;
}
