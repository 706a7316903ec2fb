/** The tour where something goes wrong: it says what, draws nothing, and gives back what was selected before it. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { GeneratedToken } from "../src/protocol/text.ts";
import { chosenHead, chosenLayer, chosenPosition } from "../src/state/selection.ts";
import { end, error, generated, maxTokensEntry, promptTokens, seedEntry } from "../src/state/text.ts";
import {
  beginTour,
  canGoOn,
  drawn,
  endTour,
  nextStep,
  numbers,
  place,
  tourProblem,
  tourStep,
} from "../src/state/tour.ts";
import { TOUR_STEPS, type TourStep } from "../src/state/tour-steps.ts";

const worker = vi.hoisted(() => ({ ask: vi.fn() }));
vi.mock("../src/state/engine.ts", async () => {
  const { signal } = await import("@preact/signals");
  const info = { config: { nHead: 2, nLayer: 1 } };
  return { ask: worker.ask, info: signal(info), model: signal({ phase: "ready", info }) };
});
vi.stubGlobal("document", { activeElement: null });
vi.stubGlobal("HTMLElement", class {});

const DRAWN: GeneratedToken = { id: 3, text: "c", logprob: -1, isChosen: false };
/** Errors by the type of request that they answer. */
let failing: Readonly<Record<string, string>> = {};

async function answer(type: string): Promise<object> {
  if (failing[type] !== undefined) throw new Error(failing[type]);
  const change = { kept: 0, added: [DRAWN], likeliest: [], end: undefined, computedFrom: 2 };
  if (type === "text") return { prompt: promptTokens.value, change: { ...change, added: [] } };
  if (type === "attended") return { weights: Float32Array.of(0.5, 0.5) };
  return type === "step" ? change : { steps: [] };
}

const asked = (wanted: string) => worker.ask.mock.calls.filter(([type]) => type === wanted).length;

beforeEach(() => {
  failing = {};
  worker.ask.mockReset().mockImplementation(answer);
  promptTokens.value = [
    { id: 1, text: "a" },
    { id: 2, text: "b" },
  ];
});

afterEach(() => {
  if (tourStep.value) endTour();
  for (const { wrong } of [seedEntry, maxTokensEntry]) wrong.value = undefined;
  generated.value = [];
  end.value = undefined;
  error.value = undefined;
});

async function goTo(step: TourStep): Promise<void> {
  await beginTour();
  while (tourStep.value !== step) await nextStep();
  await new Promise((resolve) => setTimeout(resolve)); // its questions are answered
}

test("begun again while it is open, it gives back at its end what was selected before it", async () => {
  const chosen = [chosenLayer, chosenHead, chosenPosition];
  for (const one of chosen) one.value = 1;
  await goTo("norm");
  await beginTour();
  expect(tourStep.value).toBe(TOUR_STEPS[0]);
  endTour();
  expect(chosen.map(({ value }) => value)).toEqual([1, 1, 1]);
});

test("one that is about to begin does not begin twice", async () => {
  await Promise.all([beginTour(), beginTour()]);
  expect(asked("attended")).toBe(2); // its heads
});

test("why it could not begin is told by the page, or the tour that is open; then it can", async () => {
  failing = { attended: "no memory" };
  await beginTour();
  expect([tourStep.value, error.value]).toEqual([undefined, "no memory"]);
  failing = {};
  await beginTour();
  expect([tourStep.value, error.value]).toEqual(["ids", undefined]);
  failing = { attended: "no memory" };
  await beginTour();
  expect([tourProblem.value, error.value]).toEqual(["no memory", undefined]);
});

test.each(["an error", "numbers of the text before"])(
  "another text while it is about to begin is followed in its place, after %s",
  async (first) => {
    worker.ask.mockImplementation(async (type: string) => {
      const isFirst = promptTokens.value[0]?.id === 1;
      promptTokens.value = [{ id: 9, text: "z" }];
      if (isFirst && first === "an error") throw new Error("no such position");
      return answer(type);
    });
    await beginTour();
    expect([tourStep.value, error.value, place.value?.followed]).toEqual(["ids", undefined, "9"]);
  },
);

test("why a step has no numbers is told at that step", async () => {
  failing = { number: "no memory" };
  await goTo("norm");
  await expect.poll(() => tourProblem.value).toBe("no memory");
  failing = {};
  await nextStep();
  await expect.poll(() => numbers.value).toBeDefined();
  expect(tourProblem.value).toBeUndefined();
});

test.each([
  { entry: seedEntry, sentence: /^Seed / },
  { entry: maxTokensEntry, sentence: /^Max tokens / },
])("without a valid number, $sentence is told, and nothing is drawn before there is one", async (of) => {
  await goTo("draw");
  of.entry.wrong.value = "-";
  expect([canGoOn.value, tourProblem.value]).toEqual([false, expect.stringMatching(of.sentence)]);
  await nextStep();
  expect([tourStep.value, asked("step")]).toEqual(["draw", 0]);
  of.entry.wrong.value = undefined;
  await nextStep();
  expect([tourStep.value, drawn.value]).toEqual(["append", DRAWN]);
});

test("of a chain that leaves no token, that is told, and nothing is drawn", async () => {
  failing = { chain: "no token is left" };
  await goTo("draw");
  expect([canGoOn.value, tourProblem.value]).toEqual([false, "no token is left"]);
  await nextStep();
  expect([tourStep.value, asked("step")]).toEqual(["draw", 0]);
});

test.each(["chain", "step"])(
  "why the draw failed, at its %s, is told at its step; then it can be drawn",
  async (type) => {
    await goTo("draw");
    failing = { [type]: "no memory" };
    await nextStep();
    expect([tourStep.value, tourProblem.value]).toEqual(["draw", "no memory"]);
    failing = {};
    promptTokens.value = [...promptTokens.value]; // asks for the chain again
    await expect.poll(() => canGoOn.value).toBe(true);
    await nextStep();
    expect([tourStep.value, drawn.value]).toEqual(["append", DRAWN]);
  },
);

test("at the end of the text nothing is drawn, and the last step is there to say so", async () => {
  end.value = "context";
  failing = { chain: "no token is left" };
  seedEntry.wrong.value = "-";
  await goTo("append");
  expect([drawn.value, asked("step"), tourProblem.value]).toEqual([undefined, 0, undefined]);
});
