/** From the options that were typed to those of a chain. */
import {
  type ChainOptions,
  type ChainSpec,
  type Dialect,
  presetChain,
  SamplingError,
  type Scope,
} from "@tsgpt/sampling";
import { usageError } from "../cli-error.ts";

/** What declare/chain-options.ts parses. */
export interface ChainFlags
  extends Omit<ChainOptions, "banned" | "dryBreakers" | "minLength" | "forcedLast" | "watermark" | "greedy"> {
  readonly dialect: Dialect;
  readonly greedy?: boolean;
  readonly penaltyScope?: Scope;
  readonly banned?: readonly string[];
  readonly dryBreaker?: readonly string[];
  readonly watermarkKey?: number;
  readonly watermarkGamma?: number;
  readonly watermarkDelta?: number;
  readonly watermarkHash?: "left" | "self";
  readonly watermarkWidth?: number;
}

/** What needs a model or its tokenizer to be known. */
export type ResolvedOptions = Pick<ChainOptions, "banned" | "dryBreakers" | "minLength" | "forcedLast">;

/** Options that shape or cut the distribution before a draw. */
export const SAMPLING_OPTIONS = [
  ...(["temperature", "topK", "topP", "minP", "typical", "epsilon", "eta", "topNSigma"] as const),
  ...(["xtcProbability", "xtcThreshold", "mirostatTau", "mirostatEta"] as const),
] as const;

const SAME_NAME = [
  ...SAMPLING_OPTIONS,
  ...([
    "repetitionPenalty",
    "frequencyPenalty",
    "presencePenalty",
    "noRepeatNgram",
    "dryMultiplier",
    "dryBase",
  ] as const),
  ...(["dryAllowedLength", "penaltyScope", "logitBias", "allowed", "forcedFirst", "greedy"] as const),
] as const;

/** The chain of these flags. @throws CliError, a usage error, for what the chain does not allow */
export function chainOf(flags: ChainFlags, resolved: ResolvedOptions, { defaults }: { defaults: boolean }): ChainSpec {
  const typed = Object.fromEntries(SAME_NAME.map((name) => [name, flags[name]]));
  if (flags.dryBreaker && flags.dryMultiplier === undefined) {
    throw usageError("--dry-breaker does nothing without --dry-multiplier; give that too");
  }
  try {
    return presetChain(flags.dialect, { ...typed, ...resolved, watermark: watermarkOf(flags) }, { defaults });
  } catch (error) {
    if (error instanceof SamplingError) throw usageError(inFlags(error.message));
    throw error;
  }
}

/** The message with options as they are typed, and without the name of the function. */
function inFlags(message: string): string {
  const names = new RegExp(`\\b(${SAME_NAME.filter((name) => /[A-Z]/.test(name)).join("|")})\\b`, "g");
  return message.replace(/^(presetChain: |chain: step \d+ \(([\w-]+)\))/, "$2").replaceAll(names, flagName);
}

function watermarkOf(flags: ChainFlags): ChainOptions["watermark"] {
  const { watermarkKey: key, watermarkGamma, watermarkDelta, watermarkHash, watermarkWidth } = flags;
  const given = { gamma: watermarkGamma, delta: watermarkDelta, hash: watermarkHash, width: watermarkWidth };
  const typed = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  if (key !== undefined) return { key, ...typed };
  const names = Object.keys(typed).map((name) => `--watermark-${name}`);
  if (names.length > 0) throw usageError(`${names.join(" and ")} does nothing without --watermark-key; give that too`);
  return undefined;
}

/** `--top-k` of topK. */
export function flagName(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
