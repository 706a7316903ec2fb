/** tsgpt tokens: encodes a text as token ids, or decodes ids. A folder with only a tokenizer is enough. */
import { usageError } from "../cli-error.ts";
import { command } from "../command.ts";
import { textArgument } from "../input/text-argument.ts";
import { findTokenizer } from "../model/find-tokenizer.ts";
import { modelOptions } from "../options/model.ts";
import { type OptionsOf, option } from "../options/option.ts";
import { TEXT_HELP } from "../options/text-help.ts";
import { tokenIds } from "../options/values.ts";
import { interruption } from "../terminal/interruption.ts";

const options = [
  ...modelOptions,
  option("--decode <ids>", "ids to decode: 1,2,3", { parse: tokenIds }),
  option("--json", "print {ids, tokens} or {text}"),
] as const;

export const tokens = command({
  name: "tokens",
  summary: "encode a text as token ids, or decode ids",
  arguments: [["[text]", "the text, or @file; default: stdin"]],
  options,
  help: `Examples:
  $ tsgpt tokens "Once upon a time"
  $ tsgpt tokens @story.txt
  $ tsgpt tokens --decode 1,2,3 --json

${TEXT_HELP}`,
  action: tokensCommand,
});

/** Runs the command. @throws CliError for a text together with --decode, or a folder without a tokenizer */
async function tokensCommand(text: string | undefined, flags: OptionsOf<typeof options>): Promise<void> {
  const { decode, json } = flags;
  if (text !== undefined && decode)
    throw usageError("give a text or --decode, not both; ids are separated by commas: --decode 1,2,3");
  const { signal } = interruption();
  const { tokenizer } = await findTokenizer(flags, signal);
  if (decode) {
    const decoded = tokenizer.decode(decode);
    process.stdout.write(json ? `${JSON.stringify({ text: decoded })}\n` : `${decoded}\n`);
    return;
  }
  const ids = tokenizer.encode(await textArgument(text, signal));
  const texts = ids.map((id) => tokenizer.tokenText(id));
  const lines = ids.map((id, i) => `${String(id).padStart(6)}  ${JSON.stringify(texts[i])}\n`);
  process.stdout.write(json ? `${JSON.stringify({ ids, tokens: texts })}\n` : lines.join(""));
}
