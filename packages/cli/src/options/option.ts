/**
 * Options as data. A list of them declares what a command accepts. Commander's options, the help text and, by
 * inference, the type of the values that the action receives come from the same list.
 * docs/decisions/0015-cli-options.md says why.
 */
import { type Command, Option } from "commander";

/** The details of an option besides its flags and its description. */
export interface OptionDetails {
  /** Parses the text. @throws InvalidArgumentError that names the valid range */
  readonly parse?: (text: string, before?: never) => unknown;
  readonly choices?: readonly string[];
  readonly default?: unknown;
  /** Whether the option must be given. */
  readonly mandatory?: true;
  /** The key of an option that it cannot be combined with. */
  readonly conflicts?: string;
  /** Called before the action if the option has a value. @throws CliError if it contradicts other options */
  readonly check?: (options: never) => void;
}

export interface OptionSpec<Flags extends string = string, D extends OptionDetails = OptionDetails> {
  /** `--top-k <k>`, `--json` or `--no-cache`. */
  readonly flags: Flags;
  readonly description: string;
  readonly details: D;
}

/** A heading in the help, over the options after it. */
interface Heading {
  readonly heading: string;
}

/** Options that are listed at run time, with the type of their parsed values. */
export interface OptionGroup<Flags> {
  readonly list: OptionList;
  /** Never set; only its type is used. */
  readonly parsed?: Flags;
}

export type OptionList = readonly (OptionSpec | Heading | OptionGroup<unknown>)[];

/** Declares an option. Without `parse` and `choices` its value is text; a flag without a value is true. */
export function option<const Flags extends string, const D extends OptionDetails = OptionDetails>(
  flags: Flags,
  description: string,
  details: D = {} as D,
): OptionSpec<Flags, D> {
  return { flags, description, details };
}

/** The same options, none of which can be combined with the option of that key. */
export function conflicting<List extends readonly OptionSpec[]>(key: string, list: List): List {
  return list.map(({ details, ...rest }) => ({ ...rest, details: { ...details, conflicts: key } })) as unknown as List;
}

/** What an action receives: a property for each option, optional unless it has a default or is mandatory. */
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

/** `cache` of `--no-cache`; never for a flag that is not a negation, as `--no-repeat-ngram <n>`. */
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

/** The type of the one group in a list; unknown, which an intersection ignores, if there is none. */
type GroupFlags<Entry> = Extract<Entry, OptionGroup<unknown>> extends OptionGroup<infer Flags> ? Flags : unknown;

/** Adds the options to a commander command, in their order. */
export function addOptions(command: Command, list: OptionList): void {
  for (const entry of list) {
    if ("heading" in entry) command.optionsGroup(entry.heading);
    else if ("list" in entry) addOptions(command, entry.list);
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

/** The keys of the options in what an action receives. */
export function keysOf(list: OptionList): string[] {
  return specsOf(list).map((spec) => asOption(spec).attributeName());
}

/** The values of some options. */
export function onlyKeys<Flags extends object>(flags: Flags, keys: readonly string[]): Partial<Flags> {
  return Object.fromEntries(Object.entries(flags).filter(([key]) => keys.includes(key))) as Partial<Flags>;
}

/** Runs the checks of the options that have a value. @throws what they throw */
export function checkOptions(list: OptionList, options: Readonly<Record<string, unknown>>): void {
  for (const spec of specsOf(list)) {
    if (options[asOption(spec).attributeName()] !== undefined) spec.details.check?.(options as never);
  }
}

/** The options of a list, those of its groups included. */
export function specsOf(list: OptionList): OptionSpec[] {
  return list.flatMap((entry) => ("list" in entry ? specsOf(entry.list) : "details" in entry ? [entry] : []));
}
