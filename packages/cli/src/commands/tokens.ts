/** tsgpt tokens: a text as token ids, or ids as text. A folder with a tokenizer alone is enough. */
import { usageError } from "../cli-error.ts";
import type { ModelFlags } from "../find-model.ts";
import { findTokenizer } from "../find-tokenizer.ts";
import { interruption } from "../interruption.ts";
import { textArgument } from "../text-argument.ts";

export interface TokensFlags extends ModelFlags {
  readonly decode?: readonly number[];
  readonly json?: boolean;
}

/** Runs the command. @throws CliError for text beside --decode, or a folder without a tokenizer */
export async function tokensCommand(text: string | undefined, flags: TokensFlags): Promise<void> {
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
  const tokens = ids.map((id) => tokenizer.tokenText(id));
  const lines = ids.map((id, i) => `${String(id).padStart(6)}  ${JSON.stringify(tokens[i])}\n`);
  process.stdout.write(json ? `${JSON.stringify({ ids, tokens })}\n` : lines.join(""));
}
