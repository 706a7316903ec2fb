/** Finds the tokenizer of a model without loading the model. */
import { basename, resolve } from "node:path";
import type { Tokenizer } from "@tsgpt/gpt";
import { loadFolderTokenizer } from "@tsgpt/gpt/node";
import { CliError } from "../cli-error.ts";
import type { ModelFlags } from "../options/model.ts";
import { findModel } from "./find-model.ts";

export interface FoundTokenizer {
  /** The name of the model. */
  readonly name: string;
  readonly tokenizer: Tokenizer;
}

/** A folder with only a tokenizer is enough. @throws CliError for a folder without one; what findModel throws */
export async function findTokenizer(flags: ModelFlags, signal: AbortSignal): Promise<FoundTokenizer> {
  const { folder, name = basename(resolve(folder)) } = await findModel(flags, signal, "tokenizer");
  const tokenizer = await loadFolderTokenizer(folder);
  if (tokenizer) return { name, tokenizer };
  const model = JSON.stringify(flags.model);
  throw new CliError(`model ${model} has neither tokenizer.json nor vocab.json and merges.txt`, 1);
}
