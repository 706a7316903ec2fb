/** The API key of a server, from a file or the environment: every user of the machine can see a command line. */
import { expandHome } from "@tsgpt/hub";
import { usageError } from "../cli-error.ts";
import { readText } from "../input/text-argument.ts";

const FORMS = "give @FILE, or env:NAME for an environment variable";

/**
 * The key that `--api-key` names. @throws CliError, which repeats the name of the file or the variable, but neither
 * their content nor a text of another form, which may be a key
 */
export async function readApiKey(source: string): Promise<string> {
  const [, variable] = /^env:(\w+)$/.exec(source) ?? [];
  if (variable !== undefined) return checked(process.env[variable] ?? "", `the environment variable ${variable}`);
  if (/^@./.test(source)) {
    const file = expandHome(source.slice(1));
    return checked(await readText(file), JSON.stringify(file));
  }
  throw usageError(`--api-key does not take the key itself, which other users of this machine could see; ${FORMS}`);
}

function checked(text: string, where: string): string {
  const key = text.trim();
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  const problem = key === "" ? "is empty" : "has spaces or characters other than ASCII";
  throw usageError(`--api-key: the key in ${where} ${problem}`);
}
