/**
 * Options as data. A list of them declares what a command takes; from the same list come commander's options, the help text and, by
 * inference, the type of what the command's action receives. docs/decisions/0015-cli-options.md says why this is not a library.
 */
import { type Command, Option } from "commander";

/** What an option is besides its flags and its line in the help. */
export interface OptionDetails {
  /** Turns the text into the value. @throws InvalidArgumentError that names the range */
  readonly parse?: (text: string, before?: never) => unknown;
  readonly choices?: readonly string[];
  readonly default?: unknown;
  /** It has to be given. */
  readonly mandatory?: true;
  /** The key of an option that it cannot be given with. */
  readonly conflicts?: string;
  /** Called before the action where the option was given or has a default. @throws CliError for a value that does not fit the others */
  readonly check?: (options: never) => void;
}

export interface OptionSpec<Flags extends string = string, D extends OptionDetails = OptionDetails> {
  /** `--top-k <k>`, `--json` or `--no-cache`. */
  readonly flags: Flags;
  readonly description: string;
  readonly details: D;
}

/** The options after it stand under this heading in the help. */
interface Heading {
  readonly heading: string;
}

/** Options that add themselves to a command, with the type of what they are parsed to. */
export interface OptionGroup<Flags> {
  readonly add: (command: Command) => void;
  /** Never set: it carries the type. */
  readonly parsed?: Flags;
}

export type OptionList = readonly (OptionSpec | Heading | OptionGroup<unknown>)[];

/** Declares an option; without `parse` and `choices` a value is text, and a flag without a value is true. */
export function option<const Flags extends string, const D extends OptionDetails = OptionDetails>(
  flags: Flags,
  description: string,
  details: D = {} as D,
): OptionSpec<Flags, D> {
  return { flags, description, details };
}

/** The same options, none of which can be given with the option of that key. */
export function conflicting<List extends readonly OptionSpec[]>(key: string, list: List): List {
  return list.map(({ details, ...rest }) => ({ ...rest, details: { ...details, conflicts: key } })) as unknown as List;
}

/** What an action receives: one property for each option, optional unless it has a default or must be given. */
export type OptionsOf<List extends OptionList> = Flat<
  { readonly [S in AlwaysSet<List[number]> as KeyOf<S>]: ValueOf<S> } & {
    readonly [S in Exclude<Extract<List[number], OptionSpec>, AlwaysSet<List[number]>> as KeyOf<S>]?: ValueOf<S>;
  } & GroupFlags<List[number]>
>;

type Flat<T> = { [K in keyof T]: T[K] };

type AlwaysSet<S> =
  S extends OptionSpec<infer Flags, infer D>
    ? D extends { readonly default: unknown } | { readonly mandatory: true }
      ? S
      : [Negated<Flags>] extends [never]
        ? never
        : S
    : never;

type ValueOf<S> =
  S extends OptionSpec<infer Flags, infer D>
    ? Flags extends WithValue
      ? D extends { readonly parse: (...given: never[]) => infer Value }
        ? Value
        : D extends { readonly choices: readonly (infer Choice)[] }
          ? Choice
          : string
      : boolean
    : never;

type WithValue = `${string}<${string}`;

/** `cache` of `--no-cache`; never for a flag that is no negation, as `--no-repeat-ngram <n>`. */
type Negated<Flags> = Flags extends WithValue ? never : Flags extends `--no-${infer Name}` ? Name : never;

/** `topK` of `--top-k <k>`, `cache` of `--no-cache`. */
type KeyOf<S extends OptionSpec> = Camel<
  [Negated<S["flags"]>] extends [never] ? LongName<S["flags"]> : Negated<S["flags"]>
>;

type LongName<Flags> = Flags extends `--${infer Name} ${string}`
  ? Name
  : Flags extends `--${infer Name}`
    ? Name
    : never;
type Camel<Name> = Name extends `${infer Head}-${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : Name;

/** Of the one group in a list; unknown, which an intersection leaves out, where there is none. */
type GroupFlags<Entry> = Extract<Entry, OptionGroup<unknown>> extends OptionGroup<infer Flags> ? Flags : unknown;

/** Adds the options to a command of commander, in their order. */
export function addOptions(command: Command, list: OptionList): void {
  for (const entry of list) {
    if ("heading" in entry) command.optionsGroup(entry.heading);
    else if ("add" in entry) entry.add(command);
    else command.addOption(asOption(entry));
  }
}

function asOption({ flags, description, details }: OptionSpec): Option {
  const { parse, choices, mandatory = false, conflicts } = details;
  const made = new Option(flags, description).makeOptionMandatory(mandatory);
  if (flags.includes("<")) made.negate = false; // --no-repeat-ngram <n> is not the negation of --repeat-ngram
  if (choices) made.choices(choices);
  if (parse) made.argParser(parse as (text: string, before: unknown) => unknown);
  if (details.default !== undefined) made.default(details.default);
  return conflicts === undefined ? made : made.conflicts(conflicts);
}

/** Runs the checks of the options that are set. @throws what they throw */
export function checkOptions(list: OptionList, options: Readonly<Record<string, unknown>>): void {
  for (const entry of list) {
    if (!("details" in entry) || options[asOption(entry).attributeName()] === undefined) continue;
    entry.details.check?.(options as never);
  }
}
