/** A model's parameters by name, for code that changes or saves each of them. */
import type { Shape, Weight, WeightRole } from "@tsgpt/tensor";
import type { GPT2Config } from "../config/config.ts";
import { expectedTensors, storedName } from "./names.ts";
import { listTree, mapTree, type ParameterTree } from "./parameter-tree.ts";

/** What is known of a parameter besides its values. */
export interface LeafFacts {
  /** As transformers' GPT2LMHeadModel names it; a tied head is `transformer.wte.weight`. */
  readonly name: string;
  readonly shape: Shape;
  readonly role: WeightRole;
}

/** The same structure with other leaves, each made once from a weight, in the order of the pass. */
export function mapParameters<U>(
  config: GPT2Config,
  parameters: ParameterTree<Weight>,
  change: (weight: Weight, facts: LeafFacts) => U,
): ParameterTree<U> {
  const weights = listTree(parameters).values();
  return mapTree(expectedTensors(config), ({ name, shape, role }) =>
    change(weights.next().value as Weight, { name: storedName(name), shape, role }),
  );
}
