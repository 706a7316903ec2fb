/** How tokens are drawn. A change affects the tokens to come; the text stays. */
import { signal } from "@preact/signals";
import type { Sampling } from "../protocol/text.ts";
import { ask, info } from "./engine.ts";

export const sampling = signal<Sampling>({ dialect: "lecture" });
/**
 * Changes when other options are asked for. The worker answers in order, so that what follows from them can be asked
 * for at once, before it is known whether they are valid.
 */
export const samplingAsked = signal(0);
/** Why the sampling that was asked for last is not in force. */
export const samplingError = signal<string | undefined>(undefined);

/** Takes other options, if they are valid; otherwise those before stay in force, and `samplingError` says why. */
export async function setSampling(next: Sampling): Promise<void> {
  try {
    if (info.peek()) await taken(next);
    sampling.value = next;
    samplingError.value = undefined;
  } catch (problem) {
    samplingError.value = (problem as Error).message;
  }
}

/** Texts that were asked for, each with the options then in force. */
let openings = 0;

/** The options in force, for a text to be opened with. */
export function samplingToOpenWith(): Sampling {
  openings++;
  return sampling.peek();
}

/** When the worker has these options. They are asked for again after a text, which is opened with those before. */
async function taken(next: Sampling): Promise<void> {
  for (let before: number | undefined; before !== openings; ) {
    before = openings;
    const answer = ask("sampling", next);
    samplingAsked.value++;
    await answer;
  }
}

export type Option = keyof Sampling;

/** Changes when all options are replaced, by a link or a reset: what was typed into their fields goes then. */
export const samplingReplaced = signal(0);

let changes: Promise<unknown> = Promise.resolve();
const newest = new Map<Option, number>();
let count = 0;

/**
 * Sets one option, or leaves it to its default if it is undefined; results in why it was refused. Changes are
 * made one after another, each to what the one before left; of several to one option that wait, only the last is made.
 */
export function setOption<Name extends Option>(name: Name, value: Sampling[Name]): Promise<string | undefined> {
  const change = ++count;
  newest.set(name, change);
  const done = changes.then(async () => {
    if (newest.get(name) !== change) return undefined;
    const { [name]: _, ...others } = sampling.peek();
    await setSampling((value === undefined ? others : { ...others, [name]: value }) as Sampling);
    return samplingError.peek();
  });
  changes = done;
  return done;
}

/** Takes other options in place of all, also of changes that wait. */
export function replaceSampling(next: Sampling): Promise<void> {
  samplingReplaced.value++;
  newest.clear();
  const done = changes.then(() => setSampling(next));
  changes = done;
  return done;
}

/** When the changes that have been asked for are made or refused: what the sampling decides waits for them. */
export const samplingSettled = async (): Promise<void> => void (await changes);

/** Gives every option its default again. */
export function resetSampling(): Promise<void> {
  return replaceSampling({ dialect: sampling.peek().dialect });
}
