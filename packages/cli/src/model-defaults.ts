/**
 * The hf dialect's defaults for one model: what its generation config names, where nothing else is typed, as transformers' generate() has
 * it. Where the config says nothing of do_sample the dialect draws as ever; do_sample false is --greedy, unless something typed asks for a
 * draw. The other dialects take only the model's end tokens, which are in its config already.
 */
import { eosTokenIds, type GenerationConfig, type GPT2Config, type Model, quote } from "@tsgpt/gpt";
import { type MinLengthOption, presetChain, SamplingError, STEP_FLAGS, type StepFlag } from "@tsgpt/sampling";
import { flagName, SAMPLING_OPTIONS } from "./chain-flags.ts";
import { CliError } from "./cli-error.ts";
import type { GenerateFlags } from "./commands/generate.ts";
import { counted } from "./counted.ts";
import { note } from "./note.ts";
import { endsOf } from "./resolve-chain.ts";
import type { Strategy } from "./strategy.ts";

type Key = Exclude<keyof GenerationConfig, "file" | "unapplied">;
type Default = readonly [key: Key, flag: keyof GenerateFlags];

/** The keys that are options of steps of this kind, as the steps declare them, with their flags. */
function defaultsOf(kind: StepFlag["kind"]): Default[] {
  const own = STEP_FLAGS.filter((flag) => flag.kind === kind);
  return own.flatMap(({ name, option }) => (option?.transformers ? [[option.transformers.key as Key, name]] : []));
}

const PENALTIES = defaultsOf("penalty");
const TEMPERATURE = defaultsOf("shape");
const TRUNCATIONS = defaultsOf("truncation");

/** The value of a key as an option: the neutral one where transformers leaves the step out. */
function optionValue(flag: keyof GenerateFlags, value: unknown): unknown {
  const option = STEP_FLAGS.find(({ name }) => name === flag)?.option;
  return option?.transformers?.isOff?.(value as number) ? option.neutral : value;
}

export interface FilledFlags {
  readonly flags: GenerateFlags;
  /** The keys of the generation config that these flags come from. */
  readonly applied: readonly Key[];
}

/**
 * The flags for a prompt of so many tokens, completed by the model's generation config.
 * @throws CliError for a value of it that cannot be
 */
export function withModelDefaults(
  flags: GenerateFlags,
  { generation, config }: Model,
  strategy: Strategy,
  promptLength: number,
): FilledFlags {
  if (flags.dialect !== "hf" || !generation) return { flags, applied: [] };
  const filled = [
    ...chosen(flags, generation, strategy),
    ...constraints(flags, generation, config, promptLength),
    ...length(flags, generation, promptLength),
  ];
  const defaults = Object.assign({}, ...filled.map(([, some]) => some));
  return { flags: { ...flags, ...defaults }, applied: filled.map(([key]) => key) };
}

/** A key of the config, and the flags that it sets. */
type Filling = readonly [key: Key, flags: Partial<GenerateFlags>];

/** How the next token is chosen: greedily or by a draw, and by what chain. */
function chosen(flags: GenerateFlags, generation: GenerationConfig, strategy: Strategy): Filling[] {
  const deterministic = strategy === "beams" || strategy === "contrastive";
  const asksForDraw = [...SAMPLING_OPTIONS, "seed" as const, "numSamples" as const].some(
    (flag) => flags[flag] !== undefined,
  );
  const greedy = !deterministic && !flags.greedy && generation.doSample === false && !asksForDraw;
  const draws = !deterministic && !flags.greedy && !greedy;
  const defaults = [...PENALTIES, ...(draws ? drawing(flags) : [])];
  if (strategy === "beams") defaults.push(["lengthPenalty", "lengthPenalty"]);
  if (strategy === "contrastive") defaults.push(["topK", "topK"]);
  const filled = defaults.flatMap(([key, flag]): Filling[] => {
    const value = generation[key];
    if (value === undefined || flags[flag] !== undefined) return [];
    const option = optionValue(flag, value);
    if (flag !== "lengthPenalty") check(generation, key, flag, option);
    return [[key, { [flag]: option }]];
  });
  return greedy ? [["doSample", { greedy: true }], ...filled] : filled;
}

/** Mirostat replaces the other truncations. */
function drawing({ mirostatTau, mirostatEta }: GenerateFlags): readonly Default[] {
  return mirostatTau === undefined && mirostatEta === undefined ? [...TEMPERATURE, ...TRUNCATIONS] : TEMPERATURE;
}

function check({ file, ...generation }: GenerationConfig, key: Key, flag: keyof GenerateFlags, value: unknown): void {
  try {
    presetChain("hf", { [flag]: value });
  } catch (error) {
    if (!(error instanceof SamplingError)) throw error;
    const rule = error.message.replace(/^.*?\): /, "").replace(/, got .*/, "");
    throw new CliError(`${file}: "${spelt(key)}" is ${quote(generation[key])}: ${rule}; give ${flagName(flag)}`, 1);
  }
}

/** Which tokens may come where. */
function constraints(
  flags: GenerateFlags,
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

/** Bad words without the end tokens, which transformers takes off the list; of suppressed tokens those that there are. */
function banned(
  flags: GenerateFlags,
  { badWordsIds, suppressTokens = [] }: GenerationConfig,
  config: GPT2Config,
): (readonly [Key, readonly (readonly number[])[]])[] {
  const ends = eosTokenIds(config);
  const isEnd = (ids: readonly number[]) => ids.length === 1 && ends.includes(ids[0] as number);
  const words = flags.banned ? [] : (badWordsIds ?? []).filter((ids) => !isEnd(ids));
  const suppressed = suppressTokens.filter((id) => id < config.vocabSize).map((id) => [id]);
  return [["badWordsIds", words] as const, ["suppressTokens", suppressed] as const].filter(([, ids]) => ids.length > 0);
}

/** min_new_tokens counts before min_length; what may not begin a text is banned while it has no token. */
function lengths(
  flags: GenerateFlags,
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
  // After a forced first token the text begins with the second.
  const first = promptLength === 1 && forcedBosTokenId !== undefined ? 2 : 1;
  if (begin.length > 0) steps.push(["beginSuppressTokens", { length: first, eos: begin }]);
  return steps;
}

function length(flags: GenerateFlags, generation: GenerationConfig, promptLength: number): Filling[] {
  const { file, maxLength, maxNewTokens } = generation;
  if (flags.hasLength) return [];
  if (maxNewTokens !== undefined) return [["maxNewTokens", { maxTokens: maxNewTokens }]];
  if (maxLength === undefined) return [];
  if (maxLength > promptLength) return [["maxLength", { maxTokens: maxLength - promptLength }]];
  const problem = `"max_length" is ${maxLength}, which leaves nothing after a prompt of ${counted(promptLength, "token")}`;
  throw new CliError(`${file}: ${problem}; give --max-tokens`, 1);
}

function onlyOne({ file }: GenerationConfig, ids: number | readonly number[]): number {
  const [first, ...others] = [ids].flat();
  if (others.length === 0) return first as number;
  throw new CliError(`${file}: "forced_eos_token_id" is ${quote(ids)}: one token can be forced; give --forced-last`, 1);
}

function checkIds(generation: GenerationConfig, { vocabSize }: GPT2Config): void {
  for (const key of ["badWordsIds", "forcedBosTokenId", "forcedEosTokenId"] as const) {
    const ids = [generation[key] ?? []].flat(2) as number[];
    const wrong = ids.find((id) => id >= vocabSize);
    if (wrong === undefined) continue;
    throw new CliError(
      `${generation.file}: "${spelt(key)}" names token ${wrong}; ids go from 0 to ${vocabSize - 1}`,
      1,
    );
  }
}

/** The option that says the same as a key that is not applied: with it, nothing is left to note. */
const SAID_BY: Readonly<Record<string, keyof GenerateFlags>> = {
  num_beams: "beams",
  num_return_sequences: "numReturn",
  penalty_alpha: "penaltyAlpha",
  stop_strings: "stop",
};

/** Notes on stderr which keys of the generation config would change the text in transformers, and do not here. */
export function noteUnapplied({ generation }: Model, flags: GenerateFlags): void {
  if (flags.dialect !== "hf" || !generation) return;
  const keys = Object.entries(generation.unapplied).filter(
    ([key]) => flags[SAID_BY[key] as keyof GenerateFlags] === undefined,
  );
  if (keys.length === 0) return;
  const options = keys.flatMap(([key]) => (SAID_BY[key] ? [flagName(SAID_BY[key])] : []));
  const fix = options.length > 0 ? `; give ${options.join(", ")}` : "";
  note(`${generation.file}: not applied: ${keys.map(([key, value]) => `${key} ${quote(value)}`).join(", ")}${fix}`);
}

/** A line for --verbose: what the generation config says, and what of it counts; nothing if it says nothing. */
export function describeDefaults({ generation }: Model, { dialect }: GenerateFlags, applied: readonly Key[]): string {
  if (!generation) return "";
  const { file, unapplied: _, ...keys } = generation;
  const ends = ["bosTokenId", "eosTokenId"];
  const names = Object.keys(keys) as Key[];
  const counting = names.filter((key) => ends.includes(key) || applied.includes(key));
  const shown = counting.map((key) => `${spelt(key)} ${quote(generation[key])}`);
  const others = dialect === "hf" ? [] : names.filter((key) => !counting.includes(key)).map(spelt);
  if (others.length > 0) shown.push(`and with --dialect hf ${others.join(", ")}`);
  return shown.length === 0 ? "" : `${file}: ${shown.join(", ")}\n`;
}

/** A key as the file spells it. */
function spelt(key: Key): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
