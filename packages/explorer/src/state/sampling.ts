/** How tokens are drawn. A change affects the tokens to come; the text stays. */
import { signal } from "@preact/signals";
import type { Sampling } from "../protocol/text.ts";
import { ask, info } from "./engine.ts";

export const sampling = signal<Sampling>({ dialect: "lecture" });
/** Why the sampling that was asked for last is not in force. */
export const samplingError = signal<string | undefined>(undefined);

/** Takes other options, if they are valid; otherwise those before stay in force, and `samplingError` says why. */
export async function setSampling(next: Sampling): Promise<void> {
  try {
    if (info.peek()) await ask("sampling", next);
    sampling.value = next;
    samplingError.value = undefined;
  } catch (problem) {
    samplingError.value = (problem as Error).message;
  }
}
