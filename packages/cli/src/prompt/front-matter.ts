/**
 * The front matter of a template: YAML whose keys are options of tsgpt prompt without their dashes. Each value is read
 * by the parser of its option, so that a template and the command line have the same rules.
 */
import { quote } from "@tsgpt/gpt";
import { Command, InvalidArgumentError } from "commander";
import { isMap, isScalar, isSeq, LineCounter, type Pair, parseDocument, type Scalar } from "yaml";
import { CliError } from "../cli-error.ts";
import { addOptions, keysOf, type OptionSpec, specsOf } from "../options/option.ts";
import { checkedChoices, type TemplateFlags, templateOptions } from "../options/template.ts";
import { biases, gather, gatherWords, tokenIds } from "../options/values.ts";

/** The line of the file on which the front matter begins: the first one is dashes. */
const FIRST_LINE = 2;

/**
 * The options in the front matter of the template at `path`.
 * @throws CliError with the line, for broken YAML, an unknown key (with the nearest one), and a value that is not valid
 */
export function readFrontMatter(yaml: string, path: string): TemplateFlags {
  const counter = new LineCounter();
  const { contents, errors, warnings } = parseDocument(yaml, { lineCounter: counter, prettyErrors: false });
  const fault = (offset: number, what: string) => {
    const line = counter.linePos(offset).line + FIRST_LINE - 1;
    return new CliError(`${path}: line ${line}: ${what}`, 1);
  };
  const wrong = errors[0] ?? warnings[0];
  if (wrong) throw fault(wrong.pos[0], `the front matter is not valid YAML: ${wrong.message.replaceAll(/\s+/g, " ")}`);
  if (contents === null) return {};
  if (!isMap(contents)) throw fault(contents.range?.[0] ?? 0, "the front matter must be lines of key: value");
  const flags: Record<string, unknown> = {};
  for (const pair of contents.items) {
    try {
      const [key, value] = flagOf(pair);
      if (value !== undefined) flags[key] = value;
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      throw fault((pair.key as Scalar).range?.[0] ?? 0, error.message);
    }
  }
  return flags;
}

/** The key and value of an option; undefined for a flag that is false. @throws InvalidArgumentError */
function flagOf({ key, value }: Pair): readonly [key: string, value: unknown] {
  if (!isScalar(key)) throw new InvalidArgumentError("a key must be the name of an option");
  const name = String(key.value);
  const spec = specsOf(templateOptions).find(({ flags }) => flags.split(" ")[0] === `--${name}`);
  if (!spec) throw new InvalidArgumentError(unknownKey(name));
  const [flag] = keysOf([spec]) as [string];
  try {
    return [flag, spec.flags.includes("<") ? valueFor(spec, value) : truthOf(value)];
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new InvalidArgumentError(`${name} ${error.message}${isScalar(value) ? `, got ${quote(value.value)}` : ""}`);
  }
}

/** The message, with the nearest key as commander finds it. */
function unknownKey(name: string): string {
  const program = new Command()
    .exitOverride()
    .helpOption(false)
    .configureOutput({ writeErr: () => {} });
  addOptions(program, templateOptions);
  try {
    program.parse([`--${name}`], { from: "user" });
  } catch (error) {
    const [, nearest] = /Did you mean (?:one of )?--([\w-]+)/.exec((error as Error).message) ?? [];
    if (nearest !== undefined) return `unknown key ${quote(name)}; did you mean ${quote(nearest)}?`;
  }
  return `unknown key ${quote(name)}; tsgpt prompt --help lists the keys of a template`;
}

function truthOf(value: unknown): true | undefined {
  const truth = isScalar(value) ? value.value : undefined;
  if (typeof truth !== "boolean") throw new InvalidArgumentError("must be true or false");
  return truth || undefined;
}

function valueFor(spec: OptionSpec, value: unknown): unknown {
  if (isScalar(value) && value.value !== null) return parsed(spec, textOf(value));
  if (isScalar(value) || value === null) throw new InvalidArgumentError("has no value");
  const { parse } = spec.details;
  if (!isSeq(value) || !value.items.every(isScalar))
    throw new InvalidArgumentError("must be a value or a list of values");
  const texts = value.items.map(textOf);
  if (spec.flags.startsWith("--choices ")) return checkedChoices(texts);
  if (parse === gather || parse === gatherWords) {
    return texts.reduce<unknown>((before, text) => parsed(spec, text, before), undefined);
  }
  if (parse === tokenIds || parse === biases) return parsed(spec, texts.join(","));
  throw new InvalidArgumentError("takes one value, not a list");
}

/** A number as it is written; a text without its quotes. */
function textOf({ value, source }: Scalar): string {
  return typeof value === "string" ? value : (source ?? String(value));
}

/** What the command line would make of a text. @throws InvalidArgumentError */
function parsed({ details }: OptionSpec, text: string, before?: unknown): unknown {
  const { choices, parse } = details;
  if (choices && !choices.includes(text)) throw new InvalidArgumentError(`must be one of ${choices.join(", ")}`);
  return parse ? parse(text, before as never) : text;
}
