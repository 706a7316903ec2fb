/** Numbers, texts and tables as Markdown, and the template they are put into. */

/** Three significant digits. */
export const digits = (value: number): string => String(Number(value.toPrecision(3)));

/** A share as per cent: 9.96%. */
export const percent = (share: number): string => `${digits(100 * share)}%`;

/** A piece of text as it is spelled: quotes, with the spaces and line ends in it visible. */
export const spelled = (text: string): string => `\`${JSON.stringify(text)}\``;

/** Data as one line of JSON, spaced for reading. */
export const json = (value: unknown): string =>
  JSON.stringify(value, undefined, 1).replaceAll(/\n\s*/g, " ").replaceAll("[ ", "[").replaceAll(" ]", "]");

/** A text of the model's after its prompt, as a quotation. */
export function quotation(prompt: string, text: string): string {
  const escaped = text.replaceAll(/[\\`*_[\]<>#~]/g, "\\$&");
  return `**${prompt}**${escaped}`
    .trimEnd()
    .split("\n")
    .map((line) => `> ${line}`.trimEnd())
    .join("\n");
}

/** A table; the columns from `textColumns` on are numbers. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], textColumns = 1): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map((_, i) => (i < textColumns ? "---" : "---:"))), ...rows.map(line)].join("\n");
}

const PLACE = /\{\{([\w.-]+)\}\}/g;

/** The template's lines that ask for these values and no others, filled. */
export function filledLines(template: string, values: Readonly<Record<string, string>>): string[] {
  const names = (line: string) => [...line.matchAll(PLACE)].map(([, name]) => name as string);
  const lines = template
    .split("\n")
    .filter((line) => names(line).length > 0 && names(line).every((name) => name in values));
  return lines.map((line) => line.replaceAll(PLACE, (_, name: string) => values[name] as string));
}

/** The template with every {{placeholder}} filled. @throws Error for one without a value, or a value without a place */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  const unused = new Set(Object.keys(values));
  const filled = template.replaceAll(PLACE, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`template.md asks for {{${name}}}, which no chapter gives`);
    unused.delete(name);
    return value;
  });
  if (unused.size > 0) throw new Error(`template.md has no place for ${[...unused].join(", ")}`);
  return filled;
}
