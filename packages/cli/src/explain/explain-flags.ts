/** The options of tsgpt explain: which there are, which stage reads each, and their ranges in a model. */
import { STAGE_NAMES, type StageName } from "@tsgpt/analysis";
import type { Model } from "@tsgpt/gpt";
import { isRandom, STEP_FLAGS } from "@tsgpt/sampling";
import { usageError } from "../cli-error.ts";
import { chainOf, flagName } from "../options/chain-flags.ts";
import { chainOptions } from "../options/chain-options.ts";
import { engineOptions } from "../options/engine.ts";
import { modelOptions } from "../options/model.ts";
import { type OptionsOf, option } from "../options/option.ts";
import { path, tokenIds, wholeNumber } from "../options/values.ts";
import { pluralize } from "../terminal/pluralize.ts";

export const explainOptions = [
  ...modelOptions,
  ...engineOptions,
  option("--tokens <ids>", "the prompt as token ids: 1,2,3", { parse: tokenIds }),
  option("--position <i>", "the position to explain, from 0 (default: the last)", { parse: wholeNumber(0) }),
  option("--target <id>", "the token whose logit is explained (default: the likeliest next token)", {
    parse: wholeNumber(0),
  }),
  option("--layer <l>", "the layer of the attention pattern (default: 0)", { parse: wholeNumber(0) }),
  option("--head <h>", "its head (default: 0)", { parse: wholeNumber(0) }),
  option("--stage <name>", "show one stage", { choices: STAGE_NAMES }),
  option("--html <file>", "write all stages as one self-contained page", { parse: path, conflicts: "stage" }),
  option("--json", "print one JSON object", { conflicts: "stage" }),
  option("--greedy", "the chain chooses the most probable token, after penalties and constraints"),
  option("--seed <n>", "seed of random steps of the chain (default: 0)", { parse: wholeNumber(0) }),
  chainOptions,
  option("--min-tokens <n>", "a value above 0 forbids the end-of-text token", { parse: wholeNumber(0) }),
] as const;

export type ExplainFlags = OptionsOf<typeof explainOptions>;

type Key = keyof ExplainFlags;

const OF_CHAIN: readonly Key[] = ["dialect", "greedy", "seed", "minTokens", ...STEP_FLAGS.map(({ name }) => name)];

/** The options that only some stages read. */
const READ_BY: readonly (readonly [options: readonly Key[], stages: readonly StageName[]])[] = [
  [["layer", "head"], ["attention"]],
  [["target"], ["lens", "attribution"]],
  [OF_CHAIN, ["distribution"]],
];

/** Whether an option was given; the dialect has a default. */
function isGiven(flags: ExplainFlags, key: Key): boolean {
  return key === "dialect" ? flags.dialect !== "lecture" : flags[key] !== undefined;
}

/** Checks what needs no model. @throws CliError for an option that would do nothing, or a chain that is not valid */
export function checkUse(flags: ExplainFlags): void {
  const { stage, html, json } = flags;
  for (const [options, stages] of READ_BY) {
    const given = options.find((key) => isGiven(flags, key));
    if (!given || stage === undefined || stages.includes(stage)) continue;
    throw usageError(`${flagName(given)} does nothing with --stage ${stage}; it is for ${stages.join(" and ")}`);
  }
  const ofChain = OF_CHAIN.find((key) => isGiven(flags, key));
  if (ofChain && json && html === undefined)
    throw usageError(
      `${flagName(ofChain)} does nothing with --json, which has no distribution; see tsgpt sample --json`,
    );
  if (html === "-") throw usageError("--html writes a file, not standard output; give its name");
  const chain = chainOf(flags, {}, { defaults: true });
  if (flags.seed !== undefined && !isRandom(chain))
    throw usageError("--seed does nothing without --xtc-probability; give that too");
}

/** @throws CliError for a position, target, layer or head that the prompt or the model does not have */
export function checkRanges(
  { position, target, layer, head }: Pick<ExplainFlags, "position" | "target" | "layer" | "head">,
  { name, config: { vocabSize, nLayer, nHead } }: Model,
  length: number,
): void {
  const model = `model ${JSON.stringify(name)} has`;
  const ranges: readonly (readonly [string, number | undefined, number, string])[] = [
    ["--position", position, length, `the prompt has ${pluralize(length, "token")}`],
    ["--target", target, vocabSize, `${model} ${pluralize(vocabSize, "token")}`],
    ["--layer", layer, nLayer, `${model} ${pluralize(nLayer, "layer")}`],
    ["--head", head, nHead, `${model} ${pluralize(nHead, "head")}`],
  ];
  for (const [option, value, count, why] of ranges) {
    if (value === undefined || value < count) continue;
    const range = count === 1 ? "0" : `from 0 to ${count - 1}`;
    throw usageError(`${option} must be ${range}, got ${value}: ${why}`);
  }
}
