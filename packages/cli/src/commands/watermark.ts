/** tsgpt watermark: how green a text is under a key. A folder with a tokenizer.json alone is enough. */
import { detectWatermark, type WatermarkEvidence } from "@tsgpt/analysis";
import type { ModelFlags } from "../find-model.ts";
import { findTokenizer } from "../find-tokenizer.ts";
import { interruption } from "../interruption.ts";
import { textArgument } from "../text-argument.ts";

export interface WatermarkFlags extends ModelFlags {
  readonly watermarkKey: number;
  readonly watermarkGamma: number;
  readonly watermarkHash: "left" | "self";
  readonly watermarkWidth: number;
  readonly threshold: number;
  readonly allRepeats?: boolean;
  readonly json?: boolean;
}

/** Runs the command. @throws CliError for a folder without a tokenizer, or a text that cannot be read; RangeError if it is too short */
export async function watermarkCommand(given: string | undefined, flags: WatermarkFlags): Promise<void> {
  const { watermarkKey: key, watermarkGamma: gamma, watermarkHash: hash, watermarkWidth: width, threshold } = flags;
  const { signal } = interruption();
  const { tokenizer } = await findTokenizer(flags, signal);
  const ids = tokenizer.encode(await textArgument(given, signal));
  const options = { ignoreRepeats: !flags.allRepeats, threshold };
  const { colours, ...evidence } = detectWatermark(ids, { key, gamma, hash, width }, options);
  const tokens = ids.map((id, i) => ({ id, text: tokenizer.tokenText(id), colour: colours[i] ?? null }));
  process.stdout.write(flags.json ? `${JSON.stringify({ ...evidence, tokens })}\n` : describe(evidence, flags));
}

function describe(
  { scored, green, share, z, highestZ, pValue, flagged }: Omit<WatermarkEvidence, "colours">,
  { watermarkGamma, threshold }: WatermarkFlags,
): string {
  const percent = (value: number) => `${(100 * value).toFixed(1)}%`;
  const p = pValue > 0 ? `= ${pValue.toPrecision(2)}` : "below 1e-300";
  const short = `too short to be flagged: were all green, z would be ${highestZ.toFixed(2)}`;
  const verdict = flagged ? "flagged as watermarked with this key" : highestZ > threshold ? "not flagged" : short;
  return `green tokens: ${green} of ${scored}, ${percent(share)}; about ${percent(watermarkGamma)} without this key's watermark
z = ${z.toFixed(2)} standard deviations above that; chance alone gets so far with p ${p}
${verdict} (threshold: z above ${threshold}). A statistic, not a proof.
`;
}
