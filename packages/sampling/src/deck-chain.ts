/**
 * The lecture's complete algorithm as a chain: penalties with their shift, temperature, top-k, top-p, then the draw.
 * Its advice: top-p 0.8 or 0.9, temperature if wanted, light penalties (1.1 to 1.2).
 */
import { SamplingError } from "./errors.ts";
import { type ChainSpec, type StepSpec, validateChain } from "./spec.ts";

/** What is left out is off. */
export interface DeckOptions {
  readonly temperature?: number | undefined;
  readonly topK?: number | undefined;
  readonly topP?: number | undefined;
  readonly frequencyPenalty?: number | undefined;
  readonly presencePenalty?: number | undefined;
  readonly greedy?: boolean | undefined;
}

/**
 * The chain of these options, without the steps that would change nothing (temperature, top-p and penalties 1, top-k 0).
 * @throws SamplingError if a value is out of range, or if greedy is asked for together with a step it would make pointless.
 */
export function deckChain(options: DeckOptions): ChainSpec {
  const { temperature = 1, topK = 0, topP = 1, frequencyPenalty = 1, presencePenalty = 1, greedy = false } = options;
  const penalties: StepSpec = { type: "deck-penalties", frequency: frequencyPenalty, presence: presencePenalty };
  const shaping: StepSpec[] = [];
  if (temperature !== 1) shaping.push({ type: "temperature", temperature });
  if (topK !== 0) shaping.push({ type: "top-k", k: topK });
  if (topP !== 1) shaping.push({ type: "top-p", p: topP });
  const pointless = shaping.map((step) => step.type).join(", ");
  if (greedy && pointless) {
    throw new SamplingError(
      `deckChain: greedy takes the most probable token whatever ${pointless} does; leave one out`,
    );
  }
  const penalised = frequencyPenalty !== 1 || presencePenalty !== 1;
  return validateChain([...(penalised ? [penalties] : []), ...shaping, ...(greedy ? [{ type: "greedy" }] : [])]);
}
