/**
 * What a run is asked to do: the flags as typed, which of them go together, those of a run that is resumed, and the
 * settings that follow from them and a preset's.
 */
import { resolve } from "node:path";
import { type Defaults, type Duration, type ScheduleName, type Warmup, warmupFor } from "@tsgpt/train";
import { usageError } from "../cli-error.ts";
import { flagName } from "../options/chain-flags.ts";
import type { TrainFlags } from "../options/training.ts";
import type { TextSource } from "./texts.ts";

/** The flags that a checkpoint keeps. */
export type RunFlags = Omit<TrainFlags, "output" | "resume">;

/** What a run was asked to do; JSON. */
export interface Request {
  readonly flags: RunFlags;
  readonly texts: readonly TextSource[];
}

/** What follows from the flags and, for those omitted, the preset. */
export interface Settings extends Omit<Defaults, "warmup"> {
  readonly warmup: number | Warmup;
  readonly schedule: ScheduleName;
  readonly weightDecay: number;
  /** Undefined if gradients are not clipped. */
  readonly clip: number | undefined;
  readonly seed: number;
  readonly optimizer: "adamw" | "muon";
  readonly evalEvery: number;
  /** 0 for no samples. */
  readonly sampleEvery: number;
  readonly saveEvery: number;
}

/** The request of a new run, its files as absolute paths. */
export function requestOf(texts: readonly TextSource[], { output: _, resume: __, ...flags }: TrainFlags): Request {
  const { tokenizer, batches, validation, log } = flags;
  const paths = Object.entries({ tokenizer, batches, validation, log }).filter(([, path]) => path !== undefined);
  return {
    texts,
    flags: { ...flags, ...Object.fromEntries(paths.map(([key, path]) => [key, resolve(path as string)])) },
  };
}

/** 256 bytes and the end-of-text mark: what a tokenizer has before it is trained. */
const LEAST_VOCABULARY = 257;

/** Flags that make sense only without the other. */
const CONTRADICTIONS = [
  ["from", "vocabSize", "the model has a vocabulary of its own"],
  ["tokenizer", "vocabSize", "the tokenizer has a vocabulary of its own"],
  ["batches", "context", "the batches have a context of their own"],
  ["batches", "batchSize", "the batches have a size of their own"],
  ["batches", "epochs", "the batches are used once; give --steps for fewer"],
] as const satisfies readonly (readonly [keyof RunFlags, keyof RunFlags, string])[];

/** @throws CliError for flags that contradict each other, and for neither a text nor batches, or both */
export function checkRequest({ texts, flags }: Request): void {
  const { batches, evalEvery, validation, vocabSize = LEAST_VOCABULARY } = flags;
  if (texts.length === 0 && batches === undefined)
    throw usageError("give a text to train on, such as story.txt, or - for standard input; or --batches");
  if (texts.length > 0 && batches !== undefined) throw usageError("give a text or --batches, not both");
  if (evalEvery !== undefined && validation === undefined)
    throw usageError("--eval-every evaluates on the text of --validation; give that too");
  if (batches === undefined && vocabSize < LEAST_VOCABULARY)
    throw usageError(`--vocab-size must be at least 257, for 256 bytes and the end-of-text mark, got ${vocabSize}`);
  for (const [one, other, why] of CONTRADICTIONS) {
    if (flags[one] === undefined || flags[other] === undefined) continue;
    throw usageError(`${flagName(other)} cannot be combined with ${flagName(one)}: ${why}`);
  }
}

/** Flags that a run cannot change: they determine the model, the data and what the optimizer remembers. */
export const FIXED = ["preset", "from", "tokenizer", "vocabSize", "batches", "context", "seed", "optimizer"] as const;

const LENGTHS = ["steps", "epochs", "minutes"] as const;

/**
 * The request of a resumed run: what was saved, and over it what is given.
 * @throws CliError for a flag that a run cannot change, or a text that cannot be read again
 */
export function resumedRequest(saved: Request, settings: Settings, given: Request): Request {
  const preset = saved.flags.from === undefined ? "tiny" : undefined;
  const known: Readonly<Record<string, unknown>> = { preset, ...settings, ...saved.flags };
  for (const key of FIXED) {
    const [before, now] = [known[key], given.flags[key]];
    if (now === undefined || now === before) continue;
    const was = before === undefined ? "without it" : `with ${flagName(key)} ${before}`;
    throw usageError(`${flagName(key)} ${now}: the run began ${was}; leave it out, or begin another`);
  }
  if (given.texts.length === 0 && saved.texts.some((text) => "stdin" in text))
    throw usageError("the text of the run came from standard input; give it again there, and - as the text");
  const { kernels, ...flags } = given.flags;
  const changed = LENGTHS.some((key) => flags[key] !== undefined);
  const kept = changed ? withoutLengths(saved.flags) : saved.flags;
  const texts = given.texts.length > 0 ? given.texts : saved.texts;
  return { texts, flags: { ...kept, ...flags, ...(kernels !== "auto" && { kernels }) } };
}

function withoutLengths({ steps: _, epochs: __, minutes: ___, ...rest }: RunFlags): RunFlags {
  return rest;
}

/** The settings of a run; those that are not given are the preset's. */
export function settingsOf(flags: RunFlags, defaults: Defaults): Settings {
  const { every } = defaults;
  const { clip = 1, saveEvery = every, evalEvery = every, sampleEvery = every } = flags;
  const { schedule = "cosine", weightDecay = 0.1, seed = 1, optimizer = "adamw" } = flags;
  const { context, batchSize, accumulate, steps, learningRate, warmup } = { ...defaults, ...given(flags) };
  const sizes = { context, batchSize, accumulate, steps, learningRate, warmup, every };
  const rest = { schedule, weightDecay, seed, optimizer, evalEvery, sampleEvery, saveEvery };
  return { ...sizes, ...rest, clip: clip === 0 ? undefined : clip };
}

/** The settings of a run of this duration: a warmup that was not given takes at most a tenth of it. */
export function warmedUp(settings: Settings, flags: RunFlags, duration: Duration): Settings {
  const { warmup } = settings;
  if (flags.warmup !== undefined || typeof warmup !== "number") return settings;
  const fitting = "steps" in duration ? warmupFor({ warmup }, duration.steps) : { steps: warmup, share: 0.1 };
  return { ...settings, warmup: fitting };
}

/** Without the keys whose value is undefined. */
function given(flags: RunFlags): Partial<Defaults> {
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
}
