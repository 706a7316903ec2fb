/**
 * A model's own defaults: the values of its generation config, unless an option overrides them. The hf dialect has all
 * of them, as in transformers' generate(): do_sample false means --greedy unless an option requires draws; without
 * do_sample the dialect samples. The other dialects use only the end-of-text tokens, which are in the model's config,
 * and of the default model how tokens are drawn.
 */
import { eosTokenIds, type GenerationConfig, type GPT2Config, type Model, quote } from "@tsgpt/gpt";
import { type MinLengthOption, presetChain, SamplingError, STEP_FLAGS, type StepFlag } from "@tsgpt/sampling";
import { CliError } from "../cli-error.ts";
import { MAX_TOKENS } from "../library/generate.ts";
import type { LoadedModel } from "../model/load-model.ts";
import { flagName, SAMPLING_OPTIONS, stepError } from "../options/chain-flags.ts";
import type { GenerationFlags } from "../options/generation.ts";
import { endsOf, type ResolvedFlags } from "../options/resolve-chain.ts";
import { note } from "../terminal/note.ts";
import { pluralize } from "../terminal/pluralize.ts";
import type { Strategy } from "./strategy.ts";

type Key = Exclude<keyof GenerationConfig, "file" | "unapplied">;
type Default = readonly [key: Key, flag: keyof GenerationFlags];

/** The keys that are options of steps of this kind, as the steps declare them, with their flags. */
function defaultsOf(kind: StepFlag["kind"]): Default[] {
  const own = STEP_FLAGS.filter((flag) => flag.kind === kind);
  return own.flatMap(({ name, option }) => (option?.transformers ? [[option.transformers.key, name]] : []));
}

const ALWAYS = [...defaultsOf("penalty"), ...defaultsOf("constraint")];
const TEMPERATURE = defaultsOf("shape");
const TRUNCATIONS = defaultsOf("truncation");

/** The value of a key as an option: the neutral value where transformers omits the step. */
function optionValue(flag: keyof GenerationFlags, value: unknown): unknown {
  const option = STEP_FLAGS.find(({ name }) => name === flag)?.option;
  return option?.transformers?.isOff?.(value as number) ? option.neutral : value;
}

/** The flags with a length, and with constraints that only a generation config has. */
export type FilledFlags = GenerationFlags & ResolvedFlags;

export interface Filled {
  readonly flags: FilledFlags;
  /** The keys of the generation config that these flags come from. */
  readonly applied: readonly Key[];
}

/**
 * The flags for a prompt of `promptLength` tokens, with defaults from the model's generation config.
 * @throws CliError for a value of the config that is not valid
 */
export function withModelDefaults(
  flags: GenerationFlags,
  model: LoadedModel,
  strategy: Strategy,
  promptLength: number,
): Filled {
  const { generation } = model;
  const { maxTokens = MAX_TOKENS } = flags;
  const filled = generation ? fillings(flags, generation, model, strategy, promptLength) : [];
  const defaults = Object.assign({}, ...filled.map(([, some]) => some));
  return { flags: { ...flags, maxTokens, ...defaults }, applied: filled.map(([key]) => key) };
}

/** A key of the config, and the flags that it sets. */
type Filling = readonly [key: Key, flags: Partial<FilledFlags>];

/** All that the hf dialect takes; in another, how the default model draws. */
function fillings(
  flags: GenerationFlags,
  generation: GenerationConfig,
  { config, isDefault }: LoadedModel,
  strategy: Strategy,
  promptLength: number,
): Filling[] {
  if (flags.dialect === "hf") {
    return [
      ...chosen(flags, generation, strategy),
      ...constraints(flags, generation, config, promptLength),
      ...length(flags, generation, promptLength),
    ];
  }
  const draws = !flags.greedy && !isDeterministic(strategy);
  return isDefault && draws ? optionsOf(drawing(flags), flags, generation) : [];
}

const isDeterministic = (strategy: Strategy) => strategy === "beams" || strategy === "contrastive";

/** Greedy or random choice, penalties, and truncation. */
function chosen(flags: GenerationFlags, generation: GenerationConfig, strategy: Strategy): Filling[] {
  const asksForDraw = [...SAMPLING_OPTIONS, "seed" as const, "numSamples" as const].some(
    (flag) => flags[flag] !== undefined,
  );
  const greedy = !isDeterministic(strategy) && !flags.greedy && generation.doSample === false && !asksForDraw;
  const draws = !isDeterministic(strategy) && !flags.greedy && !greedy;
  const defaults = [...ALWAYS, ...(draws ? drawing(flags) : [])];
  if (strategy === "beams") defaults.push(["lengthPenalty", "lengthPenalty"]);
  if (strategy === "contrastive") {
    if (flags.topK === undefined && generation.topK !== undefined) checkCandidates(generation);
    defaults.push(["topK", "topK"]);
  }
  const filled = optionsOf(defaults, flags, generation);
  return greedy ? [["doSample", { greedy: true }], ...filled] : filled;
}

/** The defaults that the config names and that are not typed. @throws CliError for a value that is not valid */
function optionsOf(defaults: readonly Default[], flags: GenerationFlags, generation: GenerationConfig): Filling[] {
  return defaults.flatMap(([key, flag]): Filling[] => {
    const value = generation[key];
    if (value === undefined || flags[flag] !== undefined) return [];
    const option = optionValue(flag, value);
    if (flag !== "lengthPenalty") check(generation, flags.dialect, key, flag, option);
    return [[key, { [flag]: option }]];
  });
}

/** Mirostat replaces the other truncation steps. */
function drawing({ mirostatTau, mirostatEta }: GenerationFlags): readonly Default[] {
  const isOff = mirostatTau === 0 || (mirostatTau ?? mirostatEta) === undefined;
  return isOff ? [...TEMPERATURE, ...TRUNCATIONS] : TEMPERATURE;
}

function check(
  { file, ...generation }: GenerationConfig,
  dialect: GenerationFlags["dialect"],
  key: Key,
  flag: keyof GenerationFlags,
  value: unknown,
): void {
  try {
    presetChain(dialect, { [flag]: value });
  } catch (error) {
    if (!(error instanceof SamplingError)) throw error;
    const rule = stepError(error)
      .message.replace(/^.*?\): /, "")
      .replace(/, got .*/, "");
    throw new CliError(`${file}: "${snakeCase(key)}" is ${quote(generation[key])}: ${rule}; give ${flagName(flag)}`, 1);
  }
}

function checkCandidates({ file, topK = 1 }: GenerationConfig): void {
  if (topK >= 1) return;
  throw new CliError(`${file}: "top_k" is ${topK}: contrastive search needs 1 candidate or more; give --top-k`, 1);
}

/** Constraints on tokens by position. */
function constraints(
  flags: GenerationFlags,
  generation: GenerationConfig,
  config: GPT2Config,
  promptLength: number,
): Filling[] {
  const { forcedBosTokenId, forcedEosTokenId } = generation;
  checkIds(generation, config);
  const filled: Filling[] = [];
  if (forcedBosTokenId !== undefined && promptLength === 1 && flags.forcedFirst === undefined) {
    filled.push(["forcedBosTokenId", { forcedFirst: forcedBosTokenId }]);
  }
  if (forcedEosTokenId !== undefined && flags.forcedLast === undefined) {
    filled.push(["forcedEosTokenId", { forcedLast: onlyOne(generation, forcedEosTokenId) }]);
  }
  const bannedIds = banned(flags, generation, config);
  const minLengths = lengths(flags, generation, config, promptLength);
  return [
    ...filled,
    ...bannedIds.map(([key]): Filling => [key, { bannedIds: bannedIds.flatMap(([, ids]) => ids) }]),
    ...minLengths.map(([key]): Filling => [key, { minLengths: minLengths.map(([, step]) => step) }]),
  ];
}

/** bad_words_ids without end-of-text tokens, as in transformers; suppressed tokens within the vocabulary. */
function banned(
  flags: GenerationFlags,
  { badWordsIds, suppressTokens = [] }: GenerationConfig,
  config: GPT2Config,
): (readonly [Key, readonly (readonly number[])[]])[] {
  const ends = eosTokenIds(config);
  const isEnd = (ids: readonly number[]) => ids.length === 1 && ends.includes(ids[0] as number);
  const words = flags.banned ? [] : (badWordsIds ?? []).filter((ids) => !isEnd(ids));
  const suppressed = suppressTokens.filter((id) => id < config.vocabSize).map((id) => [id]);
  return [["badWordsIds", words] as const, ["suppressTokens", suppressed] as const].filter(([, ids]) => ids.length > 0);
}

/** min_new_tokens overrides min_length; begin_suppress_tokens are banned as the first token. */
function lengths(
  flags: GenerationFlags,
  { minLength, minNewTokens, beginSuppressTokens = [], forcedBosTokenId }: GenerationConfig,
  config: GPT2Config,
  promptLength: number,
): (readonly [Key, MinLengthOption])[] {
  const eos = endsOf(config);
  const begin = beginSuppressTokens.filter((id) => id < config.vocabSize);
  const steps: (readonly [Key, MinLengthOption])[] = [];
  if (flags.minTokens === undefined && eos !== undefined) {
    if (minNewTokens !== undefined) steps.push(["minNewTokens", { length: minNewTokens, eos }]);
    else if (minLength !== undefined) steps.push(["minLength", { length: minLength, eos, of: "all" }]);
  }
  // after a forced first token they apply to the second
  const first = promptLength === 1 && forcedBosTokenId !== undefined ? 2 : 1;
  if (begin.length > 0) steps.push(["beginSuppressTokens", { length: first, eos: begin }]);
  return steps;
}

function length(flags: GenerationFlags, generation: GenerationConfig, promptLength: number): Filling[] {
  const { file, maxLength, maxNewTokens } = generation;
  if (flags.maxTokens !== undefined) return [];
  if (maxNewTokens !== undefined) return [["maxNewTokens", { maxTokens: maxNewTokens }]];
  if (maxLength === undefined) return [];
  if (maxLength > promptLength) return [["maxLength", { maxTokens: maxLength - promptLength }]];
  const prompt = pluralize(promptLength, "token");
  const problem = `"max_length" is ${maxLength}, which leaves no tokens after a prompt of ${prompt}`;
  throw new CliError(`${file}: ${problem}; give --max-tokens`, 1);
}

function onlyOne({ file }: GenerationConfig, ids: number | readonly number[]): number {
  const [first, ...others] = [ids].flat();
  if (others.length === 0) return first as number;
  throw new CliError(
    `${file}: "forced_eos_token_id" is ${quote(ids)}: only one token can be forced; give --forced-last`,
    1,
  );
}

function checkIds(generation: GenerationConfig, { vocabSize }: GPT2Config): void {
  for (const key of ["badWordsIds", "forcedBosTokenId", "forcedEosTokenId"] as const) {
    const ids = [generation[key] ?? []].flat(2) as number[];
    const wrong = ids.find((id) => id >= vocabSize);
    if (wrong === undefined) continue;
    throw new CliError(
      `${generation.file}: "${snakeCase(key)}" names token ${wrong}; ids go from 0 to ${vocabSize - 1}`,
      1,
    );
  }
}

/** The option that replaces a key which is not applied; if it is given, there is nothing to note. */
const REPLACED_BY: Readonly<Record<string, keyof GenerationFlags>> = {
  num_beams: "beams",
  num_return_sequences: "numReturn",
  penalty_alpha: "penaltyAlpha",
  stop_strings: "stop",
};

/** Notes on stderr which keys of the generation config are not applied, although transformers would. */
export function noteUnapplied({ generation }: Model, flags: GenerationFlags): void {
  if (flags.dialect !== "hf" || !generation) return;
  const keys = Object.entries(generation.unapplied).filter(
    ([key]) => flags[REPLACED_BY[key] as keyof GenerationFlags] === undefined,
  );
  if (keys.length === 0) return;
  const options = keys.flatMap(([key]) => (REPLACED_BY[key] ? [flagName(REPLACED_BY[key])] : []));
  const fix = options.length > 0 ? `; give ${options.join(", ")}` : "";
  note(`${generation.file}: not applied: ${keys.map(([key, value]) => `${key} ${quote(value)}`).join(", ")}${fix}`);
}

/** A line for --verbose: the keys of the generation config that apply; empty without any. */
export function describeDefaults(model: LoadedModel, { dialect }: GenerationFlags, applied: readonly Key[]): string {
  const { generation } = model;
  if (!generation) return "";
  const { file, unapplied: _, ...keys } = generation;
  const ends = ["bosTokenId", "eosTokenId"];
  const names = Object.keys(keys) as Key[];
  const counting = names.filter((key) => ends.includes(key) || applied.includes(key));
  const shown = counting.map((key) => `${snakeCase(key)} ${quote(generation[key])}`);
  const others = dialect === "hf" ? [] : names.filter((key) => !isUsed(key, model, counting)).map(snakeCase);
  if (others.length > 0) shown.push(`and with --dialect hf ${others.join(", ")}`);
  return shown.length === 0 ? "" : `${file}: ${shown.join(", ")}\n`;
}

/** Whether a key needs no other dialect: it applies, or it would if the option for it were not typed. */
function isUsed(key: Key, { isDefault }: LoadedModel, counting: readonly Key[]): boolean {
  return counting.includes(key) || (isDefault && [...TEMPERATURE, ...TRUNCATIONS].some(([drawn]) => drawn === key));
}

/** A key as it is written in the file. */
function snakeCase(key: Key): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
