/** The tour: one token followed through the model, in steps, with this text's own numbers. */

import { batch, computed, effect, signal } from "@preact/signals";
import type { NumberName, OpenedNumber } from "@tsgpt/analysis";
import { keyOf } from "@tsgpt/gpt";
import { ask, info } from "./engine.ts";
import { rememberFocus } from "./focus.ts";
import { setOpen } from "./sections.ts";
import { chosenPosition } from "./selection.ts";
import { generated, likeliest, step, tokens } from "./text.ts";

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
  /** The position with the largest weight in the head's row. */
  readonly source: number;
  /** The likeliest next token. */
  readonly best: number;
}

const index = signal<number | undefined>(undefined);
export const place = signal<TourPlace | undefined>(undefined);
let giveFocusBack: (() => void) | undefined;
/** The numbers of the step that is shown, in the order of `namesOf`; undefined while they are computed. */
export const numbers = signal<readonly OpenedNumber[] | undefined>(undefined);
/** The token that the reader expects to be drawn. */
export const guess = signal<number | undefined>(undefined);
export const tourStep = computed(() => (index.value === undefined ? undefined : TOUR_STEPS[index.value]));
export const tourIndex = computed(() => index.value ?? 0);
export const canBegin = computed(() => info.value !== undefined && tokens.value.length > 0);

/** Begins at the text's last token, in the first block, with the head that looks most at another token. */
export async function beginTour(): Promise<void> {
  giveFocusBack = rememberFocus();
  const position = tokens.value.length - 1;
  const heads = Array.from({ length: info.value?.config.nHead ?? 0 }, (_, h) => h);
  const looks = await Promise.all(heads.map((h) => looksAt(h, position)));
  const head = looks.indexOf(looks.reduce((best, look) => (look.weight > best.weight ? look : best)));
  batch(() => {
    place.value = { position, layer: 0, head, source: looks[head]?.source ?? 0, best: likeliest.value[0]?.id ?? 0 };
    chosenPosition.value = position;
    guess.value = undefined;
    index.value = 0;
  });
}

/** The token before a position that a head of the first block looks at most. */
async function looksAt(head: number, position: number): Promise<{ readonly source: number; readonly weight: number }> {
  const { values, size } = await ask("attention", { layer: 0, head, of: "pattern" });
  const row = values.subarray(position * size, position * size + Math.max(1, position));
  const weight = Math.max(...row);
  return { source: row.indexOf(weight), weight };
}

export function endTour(): void {
  index.value = undefined;
  chosenPosition.value = undefined;
  giveFocusBack?.();
}

/** To the next step; the last draws the token. */
export async function nextStep(): Promise<void> {
  const now = index.value ?? 0;
  if (now === TOUR_STEPS.length - 1) return endTour();
  if (TOUR_STEPS[now + 1] === "append") await step();
  index.value = now + 1;
}

/** To the step before. A token that was drawn stays. */
export function previousStep(): void {
  index.value = Math.max(0, (index.value ?? 0) - 1);
}

/** The token that the tour drew. */
export const drawn = computed(() => (tourStep.value === "append" ? generated.value.at(-1) : undefined));

/** The numbers that a step shows. */
function namesOf(step: TourStep, at: TourPlace): readonly NumberName[] {
  const { position: t, layer: l, head: h, source: s, best } = at;
  const channel = (tensor: string): NumberName => ({ tensor, index: [t, 0] });
  const names: Readonly<Record<TourStep, readonly NumberName[]>> = {
    ids: [],
    embedding: [channel(keyOf("embed", 0)), channel(keyOf("posEmbed", 0)), channel(keyOf("residPre", 0))],
    norm: [channel(keyOf("residPre", l)), channel(keyOf("ln1", l))],
    score: [{ tensor: keyOf("scores", l), index: [h, t, s] }],
    softmax: [{ tensor: keyOf("pattern", l), index: [h, t, s] }],
    values: [channel(keyOf("residPre", l)), channel(keyOf("attnOut", l)), channel(keyOf("residMid", l))],
    mlp: [channel(keyOf("residMid", l)), channel(keyOf("mlpOut", l)), channel(keyOf("residPost", l))],
    blocks: [],
    logit: [{ tensor: keyOf("logits", 0), index: [t, best] }],
    draw: [],
    append: [],
  };
  return names[step];
}

/** The section that shows what the step is about. */
const SECTION_OF = { blocks: "map", draw: "nextToken", append: "map" } as const;

effect(() => {
  const [now, at] = [tourStep.value, place.value];
  if (!now || !at) return;
  numbers.value = undefined;
  const section = (SECTION_OF as Partial<Record<TourStep, "map" | "nextToken">>)[now];
  if (section) setOpen(section, true);
  void Promise.all(namesOf(now, at).map((name) => ask("number", name))).then((opened) => {
    if (tourStep.peek() === now) numbers.value = opened;
  });
});
