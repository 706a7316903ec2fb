/** The tour: one token followed through the model, in steps, with this text's own numbers. */
import { batch, computed, effect, signal } from "@preact/signals";
import type { OpenedNumber } from "@tsgpt/analysis";
import type { Chain } from "../protocol/next-token.ts";
import type { GeneratedToken } from "../protocol/text.ts";
import { ask, info } from "./engine.ts";
import { rememberFocus } from "./focus.ts";
import { interventions } from "./interventions.ts";
import { live } from "./live.ts";
import { lookedAt } from "./looked-at.ts";
import { sampling } from "./sampling.ts";
import { setOpen } from "./sections.ts";
import { chosenHead, chosenLayer, chosenPosition } from "./selection.ts";
import { disagreement, end, error, generated, isRunning, likeliest, step, stop, textOpened, tokens } from "./text.ts";
import { namesOf, SECTION_OF, TOUR_STEPS, type TourPlace } from "./tour-steps.ts";

/** Weights of the softmax's row that are shown. */
const KEYS = 5;

const index = signal<number | undefined>(undefined);
export const place = signal<TourPlace | undefined>(undefined);
let giveFocusBack: (() => void) | undefined;
/** What was selected before the tour, which selects the first block and a head of it. */
let former: Partial<Readonly<Record<"layer" | "head" | "position", number | undefined>>> = {};
/** The numbers of the step that is shown, in the order of `namesOf`; undefined while they are computed. */
export const numbers = signal<readonly OpenedNumber[] | undefined>(undefined);
/** What went wrong at the step that is shown, until it is another one or may go better. */
const stepError = signal<string | undefined>(undefined);
/** As a guess: none of the choices. */
export const ANOTHER = -1;
/** The token that the reader expects to be drawn. */
export const guess = signal<number | undefined>(undefined);
/** The token that the tour drew. */
export const drawn = signal<GeneratedToken | undefined>(undefined);
/** The chain that it was drawn from. */
const drawnFrom = signal<Chain | undefined>(undefined);
const isDrawing = signal(false);
let isBeginning = false;
export const tourStep = computed(() => (index.value === undefined ? undefined : TOUR_STEPS[index.value]));
export const tourIndex = computed(() => index.value ?? 0);
/** What will be drawn is not shown before the reader has guessed. */
export const isDrawHidden = computed(() => index.value !== undefined && !drawn.value);
export const canBegin = computed(() => info.value !== undefined && tokens.value.length > 0);

/**
 * Begins at the text's last token, in the first block, with the head that looks most at another token. If it cannot,
 * the page says why, or the tour that is open.
 */
export async function beginTour(): Promise<void> {
  if (isBeginning || isDrawing.peek()) return;
  isBeginning = true;
  giveFocusBack = rememberFocus();
  try {
    await runEnded();
    await beginAtText(info.peek());
  } catch (problem) {
    (isOpen() ? stepError : error).value = (problem as Error).message;
  } finally {
    isBeginning = false;
  }
}

/** At the text that is there: one that comes meanwhile is followed in its place. */
async function beginAtText(of: ReturnType<typeof info.peek>): Promise<void> {
  for (let hasBegun = false; !hasBegun; ) {
    await textOpened();
    if (info.peek() !== of || !canBegin.peek()) return;
    const followed = idsOfText();
    const isThere = () => info.peek() === of && idsOfText() === followed; // the text, and its model
    hasBegun = await beginAt(followed, isThere).catch((problem) => {
      if (isThere()) throw problem;
      return false;
    });
  }
}

/** False if the text has changed meanwhile. */
async function beginAt(followed: string, isThere: () => boolean): Promise<boolean> {
  const position = tokens.value.length - 1;
  const heads = Array.from({ length: info.value?.config.nHead ?? 0 }, (_, h) => h);
  const looks = await Promise.all(heads.map((h) => looksAt(h, position)));
  if (!isThere()) return false;
  const [first, ...others] = looks as [Look, ...Look[]];
  const look = others.reduce((best, one) => (one.weight > best.weight ? one : best), first);
  batch(() => {
    place.value = { position, layer: 0, ...look, choices: likeliest.value, followed };
    if (!isOpen()) former = { layer: chosenLayer.value, head: chosenHead.value, position: chosenPosition.value };
    chosenLayer.value = 0;
    chosenHead.value = look.head;
    chosenPosition.value = position;
    guess.value = undefined;
    drawn.value = undefined;
    drawnFrom.value = undefined;
    stepError.value = undefined;
    error.value = undefined;
    index.value = 0;
  });
  return true;
}

const isOpen = (): boolean => index.peek() !== undefined;

/** Ends the run that goes on, if one does. */
function runEnded(): Promise<void> {
  stop();
  return new Promise((resolve) => {
    const dispose = effect(() => {
      if (!isRunning.value) queueMicrotask(() => dispose());
      if (!isRunning.value) resolve();
    });
  });
}

const idsOf = (list: readonly { readonly id: number }[]): string => list.map(({ id }) => id).join();
const idsOfText = (): string => idsOf(tokens.value);

type Look = Pick<TourPlace, "head" | "source" | "keys"> & { readonly weight: number };

/** What a head of the first block looks at from a position. */
async function looksAt(head: number, position: number): Promise<Look> {
  const { weights } = await ask("attended", { layer: 0, head, position });
  const row = weights.subarray(0, position + 1);
  const source = lookedAt(row, position);
  const largest = [...row.keys()].sort((a, b) => (row[b] as number) - (row[a] as number)).slice(0, KEYS);
  return { head, source, weight: row[source] as number, keys: largest.sort((a, b) => a - b) };
}

export function endTour(): void {
  leaveTour();
  giveFocusBack?.();
}

function leaveTour(): void {
  index.value = undefined;
  chosenLayer.value = former.layer;
  chosenHead.value = former.head;
  chosenPosition.value = former.position;
}

// Another text or model ends it: its numbers are gone. So does a token that it did not draw itself.
effect(() => {
  const at = place.value;
  if (index.value === undefined || !at || isDrawing.value) return;
  const expected = drawn.value ? `${at.followed},${drawn.value.id}` : at.followed;
  if (info.value && idsOfText() === expected) return;
  if (document.activeElement?.closest(".tour")) endTour();
  else leaveTour();
});

// An intervention changes what may come next.
effect(() => {
  const choices = likeliest.value;
  const at = place.peek();
  if (at && !drawn.peek() && !isDrawing.peek()) place.value = { ...at, choices };
});

/** To the next step; the last draws the token, once. If that fails the step stays, and `tourProblem` says why. */
export async function nextStep(): Promise<void> {
  const now = index.value ?? 0;
  if (isDrawing.value || !canGoOn.value) return;
  if (now === TOUR_STEPS.length - 1) return endTour();
  if (TOUR_STEPS[now + 1] === "append" && !drawn.value && !end.value) {
    await draw();
    if (!drawn.value) return;
  }
  if (index.value === now) index.value = now + 1;
}

/** The new token is selected then. */
async function draw(): Promise<void> {
  isDrawing.value = true;
  stepError.value = undefined;
  await runEnded();
  await textOpened();
  const before = idsOfText();
  const from = await ask("chain", { cutTokens: {} }).catch(({ message }: Error) => {
    stepError.value = message;
    return undefined;
  });
  if (from) await step();
  batch(() => {
    isDrawing.value = false;
    const last = generated.value.at(-1);
    if (!last || idsOfText() !== `${before},${last.id}`) {
      stepError.value ??= error.value;
      return;
    }
    drawn.value = last;
    drawnFrom.value = from;
    if (isOpen()) chosenPosition.value = undefined;
  });
}

/** The chain at the step of the draw, and afterwards the one that was drawn from. */
const chainNow = live("chain", () => {
  const isShown = tourStep.value === "draw" && !drawn.value && !isDrawing.value && sampling.value !== undefined;
  return isShown && interventions.value !== undefined && tokens.value.length > 0 ? { cutTokens: {} } : undefined;
});
export const tourChain = computed(() => drawnFrom.value ?? chainNow.value.value);

/** Why no token can be drawn. That the text has ended is what the step after the draw says. */
const drawProblem = computed(() => {
  if (tourStep.value !== "draw" || drawn.value || end.value) return undefined;
  return disagreement.value ?? chainNow.error.value;
});
export const canGoOn = computed(() => drawProblem.value === undefined);
export const tourProblem = computed(() => drawProblem.value ?? stepError.value);

/** To the step before. A token that was drawn stays. */
export function previousStep(): void {
  if (isDrawing.value) return;
  index.value = Math.max(0, (index.value ?? 0) - 1);
}

// Another step or text, or other options: what failed may go now.
effect(() => {
  void [tourStep.value, tokens.value, sampling.value, interventions.value];
  stepError.value = undefined;
});

effect(() => {
  const [now, at] = [tourStep.value, place.value];
  if (!now || !at || !interventions.value) return;
  numbers.value = undefined;
  const section = SECTION_OF[now];
  if (section) setOpen(section, true);
  const isShown = () => tourStep.peek() === now && place.peek() === at; // not if another text has ended the tour
  void Promise.all(namesOf(now, at).map((name) => ask("number", name))).then(
    (opened) => {
      if (isShown()) numbers.value = opened;
    },
    ({ message }: Error) => {
      if (isShown()) stepError.value = message;
    },
  );
});
