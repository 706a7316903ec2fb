/**
 * A prompt template: a plain text with the placeholder `{{input}}`, after optional front matter between two lines of
 * three dashes, as in Jekyll. The front matter is returned as it is; tsgpt prompt reads it as YAML. There are no other
 * placeholders: any other braces are text.
 */
import { describeValue } from "@tsgpt/numeric";

/** A template file: its front matter and its text. */
export interface TemplateParts {
  /** Between the lines of dashes; undefined if the text does not begin with one. */
  readonly frontMatter: string | undefined;
  /** What follows, where `{{input}}` stands for the input. */
  readonly body: string;
}

const PLACEHOLDER = "{{input}}";
const FENCE = /^---[ \t]*$/;

/**
 * The parts of a template. One newline at its end is not part of it.
 * @throws RangeError for front matter without an end, and for a body that is empty or has no `{{input}}`
 */
export function splitTemplate(text: string): TemplateParts {
  const lines = text.replace(/\r?\n$/, "").split("\n");
  const isFence = (line: string) => FENCE.test(line.replace(/\r$/, ""));
  const end = isFence(lines[0] as string) ? lines.findIndex((line, i) => i > 0 && isFence(line)) : 0;
  if (end < 0) throw new RangeError("template: the front matter, after line 1, has no end; put a line --- after it");
  const body = lines.slice(end > 0 ? end + 1 : 0).join("\n");
  if (body.trim() === "") throw new RangeError("template: it is empty; write the prompt, with {{input}} in it");
  if (!body.includes(PLACEHOLDER)) {
    throw new RangeError("template: it has no {{input}}, which marks where the input goes");
  }
  if (end === 0) return { frontMatter: undefined, body };
  const frontMatter = lines.slice(1, end).map((line) => line.replace(/\r$/, "")); // lines may end in \r\n
  return { frontMatter: frontMatter.join("\n"), body };
}

/**
 * The prompt: the body with the input in place of every `{{input}}`. The input's own braces are text.
 * @throws RangeError unless both are strings
 */
export function renderTemplate(body: string, input: string): string {
  for (const [name, value] of Object.entries({ body, input })) {
    if (typeof value === "string") continue;
    throw new RangeError(`renderTemplate: ${name} must be a string, got ${describeValue(value)}`);
  }
  return body.split(PLACEHOLDER).join(input);
}
