/**
 * Activation patching: an activation of one run is put into another, to see which of them carries a difference between
 * two prompts. Meng et al. 2022, "Locating and Editing Factual Associations in GPT" (arXiv 2202.05262), section 2,
 * there called causal tracing; TransformerLens's patching.py.
 */
import { checkOptions } from "@tsgpt/numeric";
import { ShapeError, type Tensor } from "@tsgpt/tensor";
import { type ActivationPart, type ActivationRow, checkPart, isSquare, partChecks, rowsOf } from "./activation-part.ts";
import { type Activations, checkActivations } from "./activations.ts";
import type { NamedHook, Names } from "./named-hook.ts";

/**
 * Replaces an activation by that of the run `source`, `runWithCache(...).activations`: the whole, a head, a position,
 * or a head at a position. Without a position both texts have the same number of tokens; with one, both have that
 * position. A row of scores or of a pattern is that of a query, up to the causal mask.
 * @throws RangeError for a source that is not a map of activations, or a part that is misspelled or no number
 * @example patchActivation("blocks.2.hook_resid_pre", clean.activations, { position: 4 })
 */
export function patchActivation(names: Names, source: Activations, part: ActivationPart = {}): NamedHook {
  checkOptions("patchActivation", part, partChecks);
  checkActivations(source, "patchActivation: source");
  const replacements = new Map<string, Map<string, Float32Array>>();
  return {
    names,
    check: (name, text) => {
      checkPart(part, name, text, "patchActivation");
      const rows = rowsOf(checkedSource(name, source, part, text.length), name, part);
      replacements.set(name, new Map(rows.map((row) => [slotOf(row), row.values])));
    },
    hook: (activation, name, _, start) => {
      for (const row of rowsOf(activation, name, part, start))
        copyRow(name, row.values, replacements.get(name)?.get(slotOf(row)));
      return activation;
    },
  };
}

const slotOf = ({ position, head }: ActivationRow): string => `${position} ${head}`;

function copyRow(name: string, target: Float32Array, replacement: Float32Array | undefined): void {
  if (replacement?.length !== target.length) {
    const got = replacement ? `${replacement.length} numbers a row, the activation ${target.length}` : "fewer heads";
    throw new ShapeError(`patchActivation: the source of "${name}" has ${got}; record it with the same model`);
  }
  target.set(replacement);
}

function checkedSource(name: string, source: Activations, { position }: ActivationPart, length: number): Tensor {
  const tensor = source.get(name);
  if (!tensor) throw new RangeError(`patchActivation: the source has no "${name}"; record it with runWithCache`);
  const tokens = tensor.shape[isSquare(name) ? 1 : 0] as number;
  if (position === undefined && tokens !== length) {
    const rule = "without a position both texts must have the same number of tokens";
    throw new RangeError(`patchActivation: ${rule}; the source has ${tokens}, this text ${length}`);
  }
  if (position !== undefined && position >= tokens) {
    const got = `the source ends at position ${tokens - 1}`;
    throw new RangeError(`patchActivation: position ${position} must be in both texts; ${got}`);
  }
  return tensor;
}
