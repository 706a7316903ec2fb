/** The steps of the tour: the numbers and the section of each. */
import type { NumberName } from "@tsgpt/analysis";
import { keyOf } from "@tsgpt/gpt";
import type { LikelyToken } from "../protocol/text.ts";
import type { SectionName } from "./sections.ts";

/** What happens to the last token, in this order. */
export const TOUR_STEPS = [
  "ids",
  "embedding",
  "norm",
  "score",
  "softmax",
  "values",
  "mlp",
  "blocks",
  "logit",
  "draw",
  "append",
] as const;
export type TourStep = (typeof TOUR_STEPS)[number];

/** The token that is followed, and what its head looks at; fixed when the tour begins. */
export interface TourPlace {
  readonly position: number;
  readonly layer: number;
  readonly head: number;
  /** The earlier position that the head looks at most, as in the block's heading. */
  readonly source: number;
  /** The positions with the largest weights, in their order. */
  readonly keys: readonly number[];
  /** The likeliest next tokens, the most probable first; what they were before the draw. */
  readonly choices: readonly LikelyToken[];
  /** The ids of the text, which the token ends. */
  readonly followed: string;
}

/** The numbers that a step shows. */
export function namesOf(step: TourStep, at: TourPlace): readonly NumberName[] {
  const { position: t, layer: l, head: h, source: s, keys, choices } = at;
  const channel = (tensor: string): NumberName => ({ tensor, index: [t, 0] });
  const names: Readonly<Record<TourStep, readonly NumberName[]>> = {
    ids: [],
    embedding: [channel(keyOf("embed", 0)), channel(keyOf("posEmbed", 0)), channel(keyOf("residPre", 0))],
    norm: [channel(keyOf("residPre", l)), ...statistics(l, t), channel(keyOf("ln1", l))],
    score: [{ tensor: keyOf("scores", l), index: [h, t, s] }],
    softmax: keys.map((key) => ({ tensor: keyOf("pattern", l), index: [h, t, key] })),
    values: [
      { tensor: keyOf("z", l), index: [t, h, 0] },
      channel(keyOf("residPre", l)),
      channel(keyOf("attnOut", l)),
      channel(keyOf("residMid", l)),
    ],
    mlp: [channel(keyOf("residMid", l)), channel(keyOf("mlpOut", l)), channel(keyOf("residPost", l))],
    blocks: [],
    logit: [{ tensor: keyOf("logits", 0), index: [t, choices[0]?.id ?? 0] }],
    draw: [],
    append: [],
  };
  return names[step];
}

/** The mean and the scale of the first layer norm of a block. */
function statistics(layer: number, position: number): NumberName[] {
  const norm = keyOf("ln1", layer).replace(/hook_normalized$/, "");
  return ["hook_mean", "hook_scale"].map((name) => ({ tensor: norm + name, index: [position, 0] }));
}

/** The section that shows what the step is about. */
export const SECTION_OF: Partial<Record<TourStep, SectionName>> = {
  norm: "block",
  score: "block",
  softmax: "block",
  values: "block",
  mlp: "block",
  blocks: "map",
  draw: "nextToken",
  append: "map",
};
