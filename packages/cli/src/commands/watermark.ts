/** tsgpt watermark: how green a text is under a key. A folder with a tokenizer.json alone is enough. */
import { detectWatermark, type WatermarkEvidence } from "@tsgpt/analysis";
import { WATERMARK_GAMMA } from "@tsgpt/sampling";
import { command } from "../command.ts";
import { textArgument } from "../input/text-argument.ts";
import { findTokenizer } from "../model/find-tokenizer.ts";
import { modelOptions } from "../options/model.ts";
import { type OptionsOf, option } from "../options/option.ts";
import { TEXT_HELP } from "../options/text-help.ts";
import { positiveNumber, properShare, wholeNumber } from "../options/values.ts";
import { interruption } from "../terminal/interruption.ts";

const options = [
  ...modelOptions,
  option("--watermark-key <n>", "the secret it was written with", { parse: wholeNumber(0), mandatory: true }),
  option("--watermark-gamma <g>", "share of green tokens", { parse: properShare, default: WATERMARK_GAMMA }),
  option("--watermark-hash <how>", "what seeds the colours: the tokens before, or the token itself too", {
    choices: ["left", "self"],
    default: "left",
  }),
  option("--watermark-width <n>", "how many tokens before", { parse: wholeNumber(1), default: 1 }),
  option("--threshold <z>", "flagged above so many standard deviations", { parse: positiveNumber(), default: 4 }),
  option("--all-repeats", "count a token again each time it comes behind the same tokens"),
  option("--json", "stdout holds one object alone"),
] as const;

type WatermarkFlags = OptionsOf<typeof options>;

export const watermark = command({
  name: "watermark",
  summary: "look in a text for the watermark of a key",
  arguments: [["[text]", "the text, or @file; without one, stdin"]],
  options,
  help: `Examples:
  $ tsgpt watermark @story.txt --watermark-key 42
  $ tsgpt watermark --watermark-key 42 --watermark-hash self --json < story.txt

A key colours a share gamma of the vocabulary green, anew behind each token; a text written with it has more green tokens than
chance gives. z: how many standard deviations more. p: how often a text without the watermark has so high a z. It is a statistic and
not a proof: of many texts some are flagged by chance. Key, gamma, hash, width and tokenizer must be those of the writing; leave the
prompt out. Exit code 0, flagged or not.

${TEXT_HELP}`,
  action: watermarkCommand,
});

/** Runs the command. @throws CliError for a folder without a tokenizer, or a text that cannot be read; RangeError if it is too short */
async function watermarkCommand(given: string | undefined, flags: WatermarkFlags): Promise<void> {
  const { watermarkKey: key, watermarkGamma: gamma, watermarkHash: hash, watermarkWidth: width, threshold } = flags;
  const { signal } = interruption();
  const { tokenizer } = await findTokenizer(flags, signal);
  const ids = tokenizer.encode(await textArgument(given, signal));
  const how = { ignoreRepeats: !flags.allRepeats, threshold };
  const { colours, ...evidence } = detectWatermark(ids, { key, gamma, hash, width }, how);
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
