/** What tsgpt logits changes in the model's run: heads set to 0, and activations taken from another prompt. */
import { type NamedHook, patchActivation, traceOfHooks, zeroAblate } from "@tsgpt/analysis";
import { chainTraces, checkActivationKey, checkedPrompt, keyOf, type Model, record, type Trace } from "@tsgpt/gpt";
import type { Tensor } from "@tsgpt/tensor";
import { usageError } from "../cli-error.ts";
import { typedText } from "../input/text-argument.ts";
import { forwardUnlessAborted } from "../model/forward-unless-aborted.ts";
import { type OptionsOf, option } from "../options/option.ts";
import { gatherHeads, gatherPatches, tokenIds } from "../options/values.ts";
import { errorMessage } from "../terminal/error-message.ts";

export const interventionOptions = [
  option("--zero-head <layer.head>", "set that head's hook_z to 0 at every position (repeatable)", {
    parse: gatherHeads,
  }),
  option("--patch <key[@position]>", "take that activation, or one position of it, from another prompt (repeatable)", {
    parse: gatherPatches,
  }),
  option("--patch-prompt <text>", "the other prompt as text, or @file"),
  option("--patch-tokens <ids>", "the other prompt as token ids: 1,2,3", { parse: tokenIds }),
] as const;

export type InterventionFlags = OptionsOf<typeof interventionOptions>;

export const INTERVENTION_HELP = `\
--patch KEY takes the whole activation, for which both prompts have the same number of tokens; KEY@POSITION takes one
position, from 0, which both have. A position of scores or of a pattern is that of the query. The other prompt runs
unchanged. Patches apply in their order, then --zero-head; --trace writes what the run then used.`;

/** What is changed, with the other prompt's text read. */
export interface Interventions {
  readonly zeroHead?: InterventionFlags["zeroHead"] | undefined;
  readonly patch?: InterventionFlags["patch"] | undefined;
  /** The other prompt, and the flag that gave it. */
  readonly other?: { readonly prompt: string | readonly number[]; readonly flag: string } | undefined;
}

/**
 * Checks the flags and reads the other prompt, before a model is loaded.
 * @throws CliError for --patch without another prompt, two prompts, one that nothing is taken from, or a file that
 * cannot be read
 */
export async function readInterventions(flags: InterventionFlags): Promise<Interventions> {
  const { patch, patchPrompt, patchTokens, zeroHead } = flags;
  if (patchPrompt !== undefined && patchTokens !== undefined)
    throw usageError("give --patch-prompt or --patch-tokens, not both");
  const flag = patchPrompt === undefined ? "--patch-tokens" : "--patch-prompt";
  const given = patchTokens ?? patchPrompt;
  if (patch && given === undefined) throw usageError("--patch needs another prompt: --patch-prompt or --patch-tokens");
  if (!patch && given !== undefined) throw usageError(`${flag} needs --patch, the activation to take from it`);
  if (given === undefined) return { zeroHead };
  return { zeroHead, patch, other: { prompt: typeof given === "string" ? await typedText(given) : given, flag } };
}

/**
 * The trace that makes the changes in passes over `ids`, all at once or in pieces.
 * @throws CliError, a usage error, for a hook, a layer, a head or a position that there is not, and for prompts of
 * different lengths
 */
export async function interventions(
  model: Model,
  ids: readonly number[],
  changes: Interventions,
  signal: AbortSignal,
): Promise<Trace> {
  const { nLayer } = model.config;
  const { patch = [], zeroHead = [] } = changes;
  const traceOf = (flag: string, makeHook: () => NamedHook): Trace =>
    labeled(flag, () => traceOfHooks(model, [{ ids, hooks: [makeHook()] }]));
  for (const { key, position } of patch) labeled(flagOf(key, position), () => checkKey(nLayer, key));
  const zeroed = zeroHead.map(({ layer, head }) =>
    traceOf(`--zero-head ${layer}.${head}`, () => {
      if (layer >= nLayer) throw new RangeError(`layer must be a whole number from 0 to ${nLayer - 1}, got ${layer}`);
      return zeroAblate(keyOf("z", layer), { head });
    }),
  );
  const activations = await otherRun(model, changes, signal);
  const patched = patch.map(({ key, position }) =>
    traceOf(flagOf(key, position), () => patchActivation(key, activations, { position })),
  );
  return chainTraces(...patched, ...zeroed);
}

/** @throws RangeError for what is no activation: a misspelled one, and the prompt, which the output holds as "ids" */
function checkKey(layers: number, key: string): void {
  if (key === "ids") throw new RangeError("ids are the prompt, not an activation; give another with --tokens");
  checkActivationKey(layers, key, "logits");
}

const LONGEST_KEY = 80;

const flagOf = (key: string, position: number | undefined): string =>
  `--patch ${key.slice(0, LONGEST_KEY)}${position === undefined ? "" : `@${position}`}`;

/** The activations of the other prompt that patches ask for. */
async function otherRun(
  model: Model,
  { patch = [], other }: Interventions,
  signal: AbortSignal,
): Promise<Map<string, Tensor>> {
  const activations = new Map<string, Tensor>();
  if (!other) return activations;
  const ids = checkedPrompt(model, other.prompt, {}, other.flag);
  const keys = new Set(patch.map(({ key }) => key));
  await forwardUnlessAborted(model, ids, { trace: record(activations, (key) => keys.has(key)) }, signal);
  return activations;
}

/** What `make` returns. @throws CliError, a usage error, for what it throws, with the flag in front */
function labeled<Made>(flag: string, make: () => Made): Made {
  try {
    return make();
  } catch (error) {
    throw usageError(`${flag}: ${errorMessage(error as Error)}`);
  }
}
