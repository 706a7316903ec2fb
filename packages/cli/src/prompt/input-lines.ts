/** The lines of a JSONL file of inputs: each a JSON text, or an object with the text as "input". */
import { quote } from "@tsgpt/gpt";
import { CliError } from "../cli-error.ts";

export interface InputLine {
  readonly input: string;
  /** The other keys of the object, such as an id or a label, which are copied to the output; undefined without any. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** @throws CliError for a line that is not such a value; its number is in the entry that reports the error */
export function parseInputLine(line: string): InputLine {
  const value = parse(line);
  if (typeof value === "string") return { input: value };
  if (typeof value !== "object" || value === null || !("input" in value) || typeof value.input !== "string") {
    throw new CliError(`must be a JSON string or an object with a string "input", got ${quote(value)}`, 1);
  }
  const { input, ...extra } = value;
  return { input, ...(Object.keys(extra).length > 0 && { extra }) };
}

/** The lines that are inputs, and the index of each. */
export function parseInputLines(lines: readonly string[], failed: (index: number, error: unknown) => void) {
  const valid: InputLine[] = [];
  const indices: number[] = [];
  for (const [index, line] of lines.entries()) {
    try {
      valid.push(parseInputLine(line));
      indices.push(index);
    } catch (error) {
      failed(index, error);
    }
  }
  return { valid, indices };
}

function parse(line: string): unknown {
  if (line.trim() === "") throw new CliError('the line is empty; an empty input is {"input": ""}', 1);
  try {
    return JSON.parse(line);
  } catch {
    throw new CliError(`not JSON: ${quote(line)}; a line is a JSON string or an object: {"input": "..."}`, 1);
  }
}
