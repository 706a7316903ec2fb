/** The text: the prompt, what is generated after it, and what may come next. */
import { batch, computed, signal } from "@preact/signals";
import type { SamplerState } from "@tsgpt/sampling";
import type { End, GeneratedToken, LikelyToken, PastToken, RunEnd, TextChange, Token } from "../protocol/text.ts";
import { strings } from "../strings.ts";
import { ask, model } from "./engine.ts";
import { numberEntry } from "./number-entry.ts";
import { samplingSettled, samplingToOpenWith } from "./sampling.ts";

export const prompt = signal("Once upon a time");
export const seedEntry = numberEntry(strings.seed, 14, 0, Number.MAX_SAFE_INTEGER);
export const maxTokensEntry = numberEntry(strings.maxTokens, 100, 1, 1_000_000);
export const seed = seedEntry.value;
export const maxTokens = maxTokensEntry.value;

export const promptTokens = signal<readonly Token[]>([]);
export const generated = signal<readonly GeneratedToken[]>([]);
export const likeliest = signal<readonly LikelyToken[]>([]);
/** The prompt's tokens and the generated ones. */
export const tokens = computed<readonly Token[]>(() => [...promptTokens.value, ...generated.value]);
/** The position from which the last pass computed; what is before it came from the cache. */
export const computedFrom = signal(0);
/** Why no token can follow. */
export const end = signal<End | undefined>(undefined);
/** Why the last run ended, until the text changes. */
const runEnd = signal<RunEnd | undefined>(undefined);
/** How the last run ended, or why no token can follow, in a sentence. */
export const ending = computed(() => {
  if (runEnd.value !== undefined) return strings.runEnd(runEnd.value, generated.value.length);
  return end.value && strings.ended(end.value);
});
export const error = signal<string | undefined>(undefined);
export const isRunning = computed(() => currentRun.value !== undefined);
/** Why the prompt and the seed that are shown could not be opened, until others are; the text is that of others. */
export const refusal = signal<string | undefined>(undefined);
/** Why what is shown is not what would be computed: a text was refused, or a number is none. */
export const disagreement = computed(() => refusal.value ?? seedEntry.problem.value ?? maxTokensEntry.problem.value);

/** Whether a token can be appended, and whether one can be removed. */
export const canStep = computed(() => isReady.value && !isRunning.value && !end.value);
export const canGoBack = computed(() => isReady.value && !isRunning.value && generated.value.length > 0);

const currentRun = signal<AbortController | undefined>(undefined);
const isReady = computed(
  () => model.value.phase === "ready" && promptTokens.value.length > 0 && disagreement.value === undefined,
);
let currentOpen: AbortController | undefined;
let opening: Promise<string | undefined> = Promise.resolve(undefined);

/**
 * Starts the text again at its prompt, or with generated tokens that it already has. Results in why it was refused;
 * undefined if it was opened, or another has taken its place.
 */
export function restart(past: readonly PastToken[] = [], random?: SamplerState): Promise<string | undefined> {
  opening = open(past, random);
  return opening;
}

async function open(past: readonly PastToken[], random?: SamplerState): Promise<string | undefined> {
  currentOpen?.abort();
  stop();
  const controller = new AbortController();
  currentOpen = controller;
  const onProgress = (tokens: readonly Token[]) => {
    batch(() => {
      promptTokens.value = tokens;
      generated.value = [];
      runEnd.value = undefined;
    });
  };
  const asked = { prompt: prompt.value, seed: seed.value, sampling: samplingToOpenWith(), past, random };
  try {
    const change = await ask("open", asked, { signal: controller.signal, onProgress });
    if (currentOpen === controller) taken(change);
  } catch (problem) {
    const { name, message } = problem as Error;
    if (name === "AbortError" || currentOpen !== controller) return undefined;
    refusal.value = message;
    await showAgain();
    return message;
  }
  return undefined;
}

function taken(change: TextChange): void {
  batch(() => {
    apply(change);
    refusal.value = undefined;
    error.value = undefined;
  });
}

/**
 * After the text and the sampling that were asked for last are there or refused: why what is shown would not be
 * computed, if so.
 */
export async function textOpened(): Promise<string | undefined> {
  for (let last: unknown; last !== opening; ) {
    last = opening;
    await Promise.all([opening, samplingSettled()]);
  }
  return disagreement.peek();
}

/**
 * After the sampling that was asked for last is there: whether the text that is shown now could be opened, and no other
 * has been asked for meanwhile.
 */
async function isOpened(): Promise<boolean> {
  const mine = opening;
  await Promise.all([mine, samplingSettled()]);
  return mine === opening && disagreement.peek() === undefined;
}

/** Appends a token: the given one, or one that is drawn. */
export async function step(id?: number): Promise<void> {
  if (await isOpened()) await changing(ask("step", { id }));
}

export async function back(): Promise<void> {
  if (await isOpened()) await changing(ask("back", {}));
}

/** Draws tokens until there are as many as `maxTokens` says. */
export async function run(): Promise<void> {
  const controller = new AbortController();
  currentRun.value = controller;
  let ended: RunEnd | undefined;
  if (!(await isOpened())) {
    if (currentRun.value === controller) currentRun.value = undefined;
    return;
  }
  const result = ask("run", { maxTokens: maxTokens.value }, { signal: controller.signal, onProgress: apply });
  await changing(
    result.then(({ change, end }) => {
      ended = end;
      return change;
    }),
  );
  if (currentRun.value !== controller) return;
  currentRun.value = undefined;
  runEnd.value = ended;
}

/** Ends the run, after the token that is being computed. */
export function stop(): void {
  currentRun.value?.abort();
}

/**
 * Applies a change when it comes. A cancelled request changes nothing. Another error is shown, and the text that the
 * worker then has: the error may have come in the midst of a run, or of opening a text.
 */
export async function changing(result: Promise<TextChange>): Promise<void> {
  try {
    const change = await result;
    batch(() => {
      apply(change);
      error.value = undefined;
    });
  } catch (problem) {
    const { name, message } = problem as Error;
    if (name === "AbortError") return;
    error.value = message;
    await showAgain();
  }
}

async function showAgain(): Promise<void> {
  const text = await ask("text", {}).catch(() => undefined); // it has none, or is gone
  if (!text) return;
  batch(() => {
    promptTokens.value = text.prompt;
    apply(text.change);
  });
}

function apply({ kept, added, likeliest: next, end: ended, computedFrom: from }: TextChange): void {
  batch(() => {
    generated.value = [...generated.value.slice(0, kept), ...added];
    likeliest.value = next;
    computedFrom.value = from;
    end.value = ended;
    runEnd.value = undefined;
  });
}
