/**
 * Ablation: an activation, or a part of it, is replaced by zeros or by a mean, to see what the model does without it.
 * In TransformerLens these are hooks that one writes: `z[:, :, head] = 0`, or `z[:, :, head] = z_mean`.
 */
import { type Checks, checkOptions, describeValue, oneOf } from "@tsgpt/numeric";
import { ShapeError, type Tensor } from "@tsgpt/tensor";
import { type ActivationPart, type ActivationRow, checkPart, isSquare, partChecks, rowsOf } from "./activation-part.ts";
import { type Activations, checkActivations } from "./activations.ts";
import type { NamedHook, Names } from "./named-hook.ts";

/**
 * Sets an activation, or a part of it, to 0. In scores and patterns, what is masked stays masked.
 * @throws RangeError for a part that is misspelled or no number
 * @example zeroAblate("blocks.0.attn.hook_z", { head: 3 }) // what the head would add is missing from attn_out
 */
export function zeroAblate(names: Names, part: ActivationPart = {}): NamedHook {
  checkOptions("zeroAblate", part, partChecks);
  return {
    names,
    check: (name, text) => checkPart(part, name, text, "zeroAblate"),
    hook: (activation, name, _, start) => {
      for (const { values } of rowsOf(activation, name, part, start)) values.fill(0);
      return activation;
    },
  };
}

/** What is replaced by its mean, and over what the mean is taken. */
export interface MeanAblateOptions extends ActivationPart {
  /**
   * `all` (default): one mean over all positions of all reference runs, put at each position. `runs`: a mean per
   * position, over the reference runs, which then have the same number of tokens as the text.
   */
  readonly over?: "all" | "runs" | undefined;
}

const MEAN_CHECKS: Checks<MeanAblateOptions> = { ...partChecks, over: oneOf("all", "runs") };

/**
 * Replaces an activation, or a part of it, by its mean over reference runs: per channel and, where there are heads, per
 * head. In TransformerLens's tensors [batch, pos, head, d], `all` is mean([0, 1]) and `runs` mean(0). Sums are float64.
 * A mean over the text itself is one over a single reference run. Scores and patterns have no mean over positions,
 * whose rows differ in length.
 * @throws RangeError for an unknown option, one of a wrong type, or a reference that is not a list of activations
 */
export function meanAblate(
  names: Names,
  reference: readonly Activations[],
  options: MeanAblateOptions = {},
): NamedHook {
  checkOptions("meanAblate", options, MEAN_CHECKS);
  checkList(reference);
  const { over = "all", ...part } = options;
  const means = new Map<string, Map<string, Float64Array>>();
  return {
    names,
    check: (name, text) => {
      checkPart(part, name, text, "meanAblate");
      checkReference(name, reference, over, text.length);
      means.set(name, meansOf(name, reference, over));
    },
    hook: (activation, name, _, start) => {
      for (const row of rowsOf(activation, name, part, start)) row.values.set(meanOf(row, name, means, over));
      return activation;
    },
  };
}

function checkList(reference: readonly Activations[]): void {
  if (!Array.isArray(reference)) {
    const got = describeValue(reference);
    throw new RangeError(`meanAblate: reference must be a list of activations, one per run, got ${got}; write [it]`);
  }
  for (const [i, activations] of reference.entries()) checkActivations(activations, `meanAblate: reference run ${i}`);
}

type Over = NonNullable<MeanAblateOptions["over"]>;

const slotOf = ({ position, head }: ActivationRow, over: Over): string =>
  over === "all" ? `${head}` : `${head} ${position}`;

function meanOf(row: ActivationRow, name: string, means: ReadonlyMap<string, Map<string, Float64Array>>, over: Over) {
  const mean = means.get(name)?.get(slotOf(row, over)) as Float64Array;
  if (mean.length === row.values.length) return mean;
  const got = `${mean.length} numbers a row, the activation ${row.values.length}`;
  throw new ShapeError(`meanAblate: the reference of "${name}" has ${got}; record it with the same model`);
}

/** The mean of each head, and with `runs` of each position. */
function meansOf(name: string, reference: readonly Activations[], over: Over): Map<string, Float64Array> {
  const sums = new Map<string, { sum: Float64Array; count: number }>();
  for (const activations of reference) {
    for (const row of rowsOf(activations.get(name) as Tensor, name, {})) {
      const slot = slotOf(row, over);
      const { sum, count } = sums.get(slot) ?? { sum: new Float64Array(row.values.length), count: 0 };
      for (let j = 0; j < sum.length; j++) (sum[j] as number) += row.values[j] as number;
      sums.set(slot, { sum, count: count + 1 });
    }
  }
  return new Map([...sums].map(([slot, { sum, count }]) => [slot, sum.map((total) => total / count)]));
}

function checkReference(name: string, reference: readonly Activations[], over: Over, length: number): void {
  if (reference.length === 0) throw new RangeError("meanAblate: needs at least one reference run, got none");
  if (over === "all" && isSquare(name))
    throw new RangeError(`meanAblate: "${name}" has rows of different lengths; take the mean over: "runs"`);
  for (const [index, activations] of reference.entries()) {
    const tensor = activations.get(name);
    if (!tensor) {
      throw new RangeError(`meanAblate: reference run ${index} has no "${name}"; record it with runWithCache`);
    }
    const tokens = tensor.shape[isSquare(name) ? 1 : 0] as number;
    if (over === "runs" && tokens !== length) {
      const got = `reference run ${index} has ${tokens}, the text ${length}`;
      throw new RangeError(`meanAblate: over "runs", all must have the same number of tokens; ${got}`);
    }
  }
}
