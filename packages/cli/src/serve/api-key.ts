/** The API key of a server, from a file or the environment: every user of the machine can see a command line. */
import { usageError } from "../cli-error.ts";
import { readText } from "../input/text-argument.ts";

const FORMS = "give @FILE, or env:NAME for an environment variable";

/** The key that `--api-key` names. @throws CliError, which never contains what was given */
export async function readApiKey(source: string): Promise<string> {
  const [, variable] = /^env:(\w+)$/.exec(source) ?? [];
  if (variable !== undefined) return checked(process.env[variable] ?? "", `the environment variable ${variable}`);
  if (/^@./.test(source)) return checked(await readText(source.slice(1)), JSON.stringify(source.slice(1)));
  throw usageError(`--api-key does not take the key itself, which other users of this machine could see; ${FORMS}`);
}

function checked(text: string, where: string): string {
  const key = text.trim();
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  const problem = key === "" ? "is empty" : "has spaces or characters other than ASCII";
  throw usageError(`--api-key: the key in ${where} ${problem}`);
}
