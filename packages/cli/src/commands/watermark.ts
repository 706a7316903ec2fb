/** tsgpt watermark: tests a text for the watermark of a key. A folder with only a tokenizer is enough. */
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
  option("--watermark-key <n>", "the secret key the text was generated with", {
    parse: wholeNumber(0),
    mandatory: true,
  }),
  option("--watermark-gamma <g>", "fraction of the vocabulary that is green", {
    parse: properShare,
    default: WATERMARK_GAMMA,
  }),
  option(
    "--watermark-hash <how>",
    "what seeds the green list: left, the previous tokens; self, one of them and the token",
    {
      choices: ["left", "self"],
      default: "left",
    },
  ),
  option("--watermark-width <n>", "how many previous tokens", { parse: wholeNumber(1), default: 1 }),
  option("--threshold <z>", "flag the text above this many standard deviations", {
    parse: positiveNumber(),
    default: 4,
  }),
  option("--all-repeats", "count a token each time it follows the same tokens, not only once"),
  option("--json", "print one JSON object"),
] as const;

type WatermarkFlags = OptionsOf<typeof options>;

export const watermark = command({
  name: "watermark",
  summary: "test a text for the watermark of a key",
  arguments: [["[text]", "the text, or @file; default: stdin"]],
  options,
  help: `Examples:
  $ tsgpt watermark @story.txt --watermark-key 42
  $ tsgpt watermark --watermark-key 42 --watermark-hash self --json < story.txt

At each position the key selects a fraction gamma of the vocabulary as green; a text generated with the watermark has
more green tokens than expected by chance. z: the excess in standard deviations. p: the probability of at least this z
without the watermark. This is a statistic, not a proof: among many texts some are flagged by chance. Key, gamma,
hash, width and tokenizer must be those used for generation; leave out the prompt. The exit code is 0, flagged or not.

${TEXT_HELP}`,
  action: watermarkCommand,
});

/**
 * Runs the command. @throws CliError for a folder without a tokenizer, or a text that cannot be read; RangeError if
 * it is too short
 */
async function watermarkCommand(given: string | undefined, flags: WatermarkFlags): Promise<void> {
  const { watermarkKey: key, watermarkGamma: gamma, watermarkHash: hash, watermarkWidth: width, threshold } = flags;
  const { signal } = interruption();
  const { tokenizer } = await findTokenizer(flags, signal);
  const ids = tokenizer.encode(await textArgument(given, signal));
  const how = { ignoreRepeats: !flags.allRepeats, threshold };
  const { colors, ...evidence } = detectWatermark(ids, { key, gamma, hash, width }, how);
  const tokens = ids.map((id, i) => ({ id, text: tokenizer.tokenText(id), colour: colors[i] ?? null }));
  process.stdout.write(flags.json ? `${JSON.stringify({ ...evidence, tokens })}\n` : describe(evidence, flags));
}

function describe(
  { scored, green, share, z, highestZ, pValue, flagged }: Omit<WatermarkEvidence, "colors">,
  { watermarkGamma, threshold }: WatermarkFlags,
): string {
  const percent = (value: number) => `${(100 * value).toFixed(1)}%`;
  const p = pValue > 0 ? `= ${pValue.toPrecision(2)}` : "below 1e-300";
  const short = `too short to be flagged: if all tokens were green, z would be ${highestZ.toFixed(2)}`;
  const verdict = flagged ? "flagged as watermarked with this key" : highestZ > threshold ? "not flagged" : short;
  const expected = `about ${percent(watermarkGamma)} expected without this key's watermark`;
  return `green tokens: ${green} of ${scored}, ${percent(share)}; ${expected}
z = ${z.toFixed(2)} standard deviations above that; probability by chance: p ${p}
${verdict} (threshold: z above ${threshold}). A statistic, not a proof.
`;
}
