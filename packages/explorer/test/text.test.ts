/** The state of the text, with a worker's handlers in this process: what is shown is what would be computed, or nothing is. */
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type FileServer, serveModel } from "./fixture-server.ts";

vi.mock("../src/state/engine.ts", () => import("./engine-in-process.ts"));

const { load } = await import("./engine-in-process.ts");
const text = await import("../src/state/text.ts");
const { exportFile } = await import("../src/state/export.ts");
const { linkedState, linkProblem, openLink, share } = await import("../src/state/share.ts");
const { nextTokenSentence } = await import("../src/state/next-token.ts");
const { canRace, wrongRaceTokens } = await import("../src/state/cache.ts");

const TOO_LONG = "a ".repeat(600);
const SENTENCE = /^The prompt has \d+ tokens, the model reads at most 512; shorten it$/;
const shownText = () => text.tokens.value.map((token) => token.text).join("");

let server: FileServer;
beforeAll(async () => {
  server = await serveModel();
  await load(server.url);
});
afterAll(() => server.close());
beforeEach(() => type("Once upon a time"));

function type(prompt: string): Promise<string | undefined> {
  text.prompt.value = prompt;
  return text.restart();
}

test("a prompt that is refused: nothing is drawn after the one before, and the sentence stays", async () => {
  expect(await type(TOO_LONG)).toMatch(SENTENCE);
  for (const act of [() => text.step(), () => text.step(5), text.run, text.back]) await act();
  expect(shownText()).toBe("Once upon a time");
  expect([text.canStep.value, text.canGoBack.value, canRace.value]).toEqual([false, false, false]);
  expect(text.refusal.value).toMatch(SENTENCE);
  await type("Once upon");
  expect([text.canStep.value, text.refusal.value]).toEqual([true, undefined]);
  await text.step();
  expect(text.tokens.value).toHaveLength(3);
});

test.each([
  ["Next", () => text.step()],
  ["Run", () => text.run()],
])("%s that is pressed before a prompt is refused draws nothing", async (_, act) => {
  const refused = type(TOO_LONG);
  await act();
  await refused;
  expect(shownText()).toBe("Once upon a time");
  expect(text.isRunning.value).toBe(false);
});

test("Next that is pressed while a prompt is opened is a step of that one", async () => {
  const opened = type("The king");
  await text.step();
  await opened;
  expect(text.tokens.value).toHaveLength(3);
  expect(shownText()).toMatch(/^The king/);
});

test("Share and Export refuse with the sentence, also before the prompt is refused", async () => {
  const refused = type(TOO_LONG);
  const asked = [share(), exportFile("state")] as const;
  await expect(asked[1]).rejects.toThrow(SENTENCE);
  expect(await asked[0]).toEqual({ outcome: "failed", reason: expect.stringMatching(SENTENCE) });
  await refused;
  await expect(exportFile("picture")).rejects.toThrow(SENTENCE);
});

test.each([
  [text.seedEntry, "Seed must be a whole number from 0 to 9007199254740991"],
  [text.maxTokensEntry, "Max tokens must be a whole number from 1 to 1000000"],
])("a number that is none: nothing is drawn, shared or exported until it is one", async ({ wrong }, sentence) => {
  wrong.value = "-1";
  await text.step();
  await text.run();
  expect([shownText(), text.canStep.value]).toEqual(["Once upon a time", false]);
  await expect(exportFile("state")).rejects.toThrow(sentence);
  expect(await share()).toEqual({ outcome: "failed", reason: sentence });
  wrong.value = undefined;
  expect(text.canStep.value).toBe(true);
});

test("no race while its number of tokens is none", () => {
  wrongRaceTokens.value = "0";
  expect(canRace.value).toBe(false);
  wrongRaceTokens.value = undefined;
  expect(canRace.value).toBe(true);
});

test.each([
  ["its end-of-text token", () => text.step(0), "The text has ended: its last token is the model's end-of-text token."],
  ["the end of the context", () => type(`a${" a".repeat(511)}`), "The model's context is full."],
])("after %s the page says that no token can follow, until one can", async (_, act, reason) => {
  await act();
  const sentence = `${reason} No token can follow.`;
  expect([text.ending.value, nextTokenSentence.value, text.canStep.value]).toEqual([sentence, sentence, false]);
  await text.run();
  expect(text.ending.value).toMatch(
    /^(The text ended after 1 token|Stopped after 0 tokens: the model's context is full)/,
  );
  await type("Once");
  await vi.waitFor(() => expect(nextTokenSentence.value).toMatch(/^The chain keeps /));
  expect(text.ending.value).toBeUndefined();
});

test.each([
  ["top-p=7", "Top-p must be above 0 and at most 1 (1 is off), got 7"],
  ["temperature=-1", "Temperature must be "],
  ["dry-base=0&dry-multiplier=1", "DRY base must be "],
  ["mirostat-tau=5&top-k=3", "mirostat replaces the other truncations"],
])("a link's sampling that is refused, %s, is told in the words of the options", async (options, reason) => {
  vi.stubGlobal("document", { baseURI: "http://localhost/" });
  await openLink(`#prompt=Hi&${options}`);
  vi.unstubAllGlobals();
  expect(linkProblem.value).toMatch(/^The link's sampling cannot be used: .* The rest was opened\.$/);
  expect(linkProblem.value).toContain(`cannot be used: ${reason}`);
  expect([shownText(), text.canStep.value]).toEqual(["Hi", true]);
});

test("what was said of a link is said of one state: not after a change of it, but throughout a run", async () => {
  const states = [linkedState.value];
  const changed = () => !states.includes(linkedState.value) && states.push(linkedState.value) > 0;
  for (const change of [() => type("Once"), () => (text.seed.value = 3), () => text.step(), () => text.back()]) {
    await change();
    expect(changed()).toBe(true);
  }
  expect(changed()).toBe(false);
  const run = text.run();
  expect(changed()).toBe(true);
  await vi.waitFor(() => expect(text.generated.value.length).toBeGreaterThan(0));
  expect(changed()).toBe(false);
  text.stop();
  await run;
  expect(changed()).toBe(true);
});
