/** What the KV cache holds, and the race with and without it. */
import { batch, computed, effect, signal } from "@preact/signals";
import type { Lap, RaceEnd } from "../protocol/cache.ts";
import { ask, info } from "./engine.ts";
import { live } from "./live.ts";
import { samplingSettled } from "./sampling.ts";
import { disagreement, generated, isRunning, promptTokens, seed } from "./text.ts";

export const cache = live("cache", () =>
  promptTokens.value.length === 0 || generated.value === undefined ? undefined : {},
);

/** As asked for; a race ends where the context does. */
export const raceTokens = signal(64);
/** What the field shows instead of a valid number. */
export const wrongRaceTokens = signal<string | undefined>(undefined);
/** The tokens that the context has left after the prompt. */
export const mostRaceTokens = computed(() => (info.value?.config.nPositions ?? 1) - promptTokens.value.length);

/** Of the last race. */
export const laps = signal<readonly Lap[]>([]);
/** The tokens that the last race is to have. */
export const raceLength = signal(0);
export const raceEnd = signal<RaceEnd | undefined>(undefined);
export const raceError = signal<string | undefined>(undefined);

const current = signal<AbortController | undefined>(undefined);
export const isRacing = computed(() => current.value !== undefined);
const hasRoom = computed(() => info.value !== undefined && promptTokens.value.length > 0 && mostRaceTokens.value > 0);
const isAsShown = computed(() => disagreement.value === undefined && wrongRaceTokens.value === undefined);
export const canRace = computed(() => hasRoom.value && isAsShown.value && !isRunning.value);

/** Generates the tokens after the prompt with and without a cache. */
export async function race(): Promise<void> {
  const controller = new AbortController();
  const tokens = Math.min(raceTokens.value, mostRaceTokens.value);
  batch(() => {
    reset();
    current.value = controller;
    raceLength.value = tokens;
  });
  const add = (more: readonly Lap[]) => {
    laps.value = [...laps.value, ...more];
  };
  try {
    await samplingSettled();
    const result = ask("race", { seed: seed.value, tokens }, { signal: controller.signal, onProgress: add });
    const { laps: last, end } = await result;
    batch(() => {
      add(last);
      raceEnd.value = end;
    });
  } catch (problem) {
    raceError.value = (problem as Error).message;
  }
  current.value = undefined;
}

/** Ends the race within a token. */
export function stopRace(): void {
  current.value?.abort();
}

function reset(): void {
  laps.value = [];
  raceEnd.value = undefined;
  raceError.value = undefined;
}

// Another model, another race.
effect(() => {
  void info.value;
  batch(reset);
});
