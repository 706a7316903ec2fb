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
    if (info.peek()) {
      const taken = ask("sampling", next);
      samplingAsked.value++;
      await taken;
    }
    sampling.value = next;
    samplingError.value = undefined;
  } catch (problem) {
    samplingError.value = (problem as Error).message;
  }
}

export type Option = keyof Sampling;

/** Changes when all options are replaced, by a link or a reset: what was typed into their fields goes then. */
export const samplingReplaced = signal(0);

let changes: Promise<unknown> = Promise.resolve();
const newest = new Map<Option, number>();
let count = 0;

/**
 * Sets one option, or leaves it to the dialect's default if it is undefined; results in why it was refused. Changes are
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

/** Leaves every option to the dialect's default. */
export function resetSampling(): Promise<void> {
  return replaceSampling({ dialect: sampling.peek().dialect });
}
