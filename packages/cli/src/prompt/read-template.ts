/** Reads a template: a file with a prompt, and the options in its front matter. */
import { splitTemplate } from "@tsgpt/analysis";
import { CliError } from "../cli-error.ts";
import { readText } from "../input/text-argument.ts";
import type { TemplateFlags } from "../options/template.ts";
import { errorMessage } from "../terminal/error-message.ts";
import { readFrontMatter } from "./front-matter.ts";

export interface Template {
  readonly path: string;
  /** The prompt, where `{{input}}` stands for the input. */
  readonly body: string;
  readonly flags: TemplateFlags;
}

/** @throws CliError for a file that cannot be read, and for what is wrong in it, with the line where it has one */
export async function readTemplate(path: string): Promise<Template> {
  const text = await readText(path);
  const { frontMatter = "", body } = partsOf(text, path);
  return { path, body, flags: readFrontMatter(frontMatter, path) };
}

function partsOf(text: string, path: string) {
  try {
    return splitTemplate(text);
  } catch (error) {
    throw new CliError(`${path}: ${errorMessage(error as Error).replace(/^it /, "the template ")}`, 1);
  }
}
