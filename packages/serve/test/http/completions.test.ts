/** /v1/completions: what it generates, shows, scores and counts. */
import { forward, generate, logProbabilities } from "@tsgpt/gpt";
import { createSampler, presetChain } from "@tsgpt/sampling";
import { afterAll, describe, expect, test } from "vitest";
import { eventsOf, MODEL, model, serving } from "./serving.ts";

const { complete, faults, scheduler } = serving();
const { tokenizer } = model;
const PROMPT = "Once upon a time";

afterAll(async () => {
  await scheduler.close(0);
  expect(faults).toEqual([]);
});

/** What the library generates with OpenAI's dialect. */
async function expectedText(prompt: string, seed: number, options = {}, maxTokens = 16): Promise<string> {
  const sample = createSampler(presetChain("openai", options), { seed });
  let text = "";
  for await (const token of generate(model, prompt, { sample, maxTokens })) text += token.text;
  return text;
}

/** Log-probabilities under the model of each id of a text but the first: one pass over the whole text. */
function logprobsOf(ids: readonly number[]): number[] {
  const logits = forward(model, ids);
  return ids.slice(1).map((id, i) => logProbabilities(logits.row(i).data, i, "test")[id]);
}

test("the defaults are OpenAI's: 16 tokens, temperature 1, top-p 1, one choice", async () => {
  const { status, body } = await complete({ prompt: PROMPT, seed: 7 });
  expect(status).toBe(200);
  expect(body).toMatchObject({ object: "text_completion", model: MODEL });
  expect(body.choices).toEqual([
    { text: await expectedText(PROMPT, 7), index: 0, logprobs: null, finish_reason: "length" },
  ]);
  expect(body.usage).toEqual({ prompt_tokens: 4, completion_tokens: 16, total_tokens: 20 });
});

test("temperature 0 is greedy, whatever top_p and top_k are", async () => {
  const expected = await expectedText(PROMPT, 0, { greedy: true });
  for (const more of [
    {},
    { top_p: 0.5, top_k: 3 },
    { dialect: "lecture", seed: 3 },
    { dialect: "llama.cpp", top_p: 1 },
  ]) {
    const { body } = await complete({ prompt: PROMPT, temperature: 0, ...more });
    expect(body.choices[0].text).toBe(expected);
  }
});

test("without a seed, two requests draw different texts", async () => {
  const answers = await Promise.all([1, 2, 3].map(() => complete({ prompt: PROMPT })));
  expect(new Set(answers.map(({ body }) => body.choices[0].text)).size).toBeGreaterThan(1);
});

test("choice i of n has the seed plus i, for each of several prompts", async () => {
  const prompts = [PROMPT, "The king"];
  const { body } = await complete({ prompt: prompts, n: 2, seed: 5 });
  const expected = await Promise.all(prompts.flatMap((prompt) => [5, 6].map((seed) => expectedText(prompt, seed))));
  expect(body.choices.map(({ text }: { text: string }) => text)).toEqual(expected);
  expect(body.choices.map(({ index }: { index: number }) => index)).toEqual([0, 1, 2, 3]);
  expect(body.usage).toMatchObject({ prompt_tokens: 4 + tokenizer.encode("The king").length, completion_tokens: 64 });
});

test.each([
  ["a string", "The king"],
  ["a list of strings", ["The king"]],
  ["token ids", tokenizer.encode("The king")],
  ["a list of lists of token ids", [tokenizer.encode("The king")]],
])("a prompt is %s", async (_, prompt) => {
  const { body } = await complete({ prompt, seed: 1 });
  expect(body.choices).toHaveLength(1);
  expect(body.choices[0].text).toBe(await expectedText("The king", 1));
});

test.each([[""], [null], [undefined]])("an empty prompt, %j, begins a text", async (prompt) => {
  const { body } = await complete({ prompt, seed: 1, echo: true });
  expect(body.choices[0].text).toBe(await expectedText("", 1));
});

test("a stop string ends the text and is not part of it", async () => {
  const whole = await expectedText(PROMPT, 7, {}, 40);
  const stop = whole.slice(20, 24);
  const { body } = await complete({ prompt: PROMPT, seed: 7, max_tokens: 40, stop: [stop, "never in it"] });
  expect(body.choices[0]).toMatchObject({ text: whole.slice(0, whole.indexOf(stop)), finish_reason: "stop" });
});

test("logit_bias and logprobs: the log-probabilities are the model's, before sampling", async () => {
  const favorite = tokenizer.encode(" king")[0];
  const bias = { logit_bias: { [favorite]: 100 }, max_tokens: 2, logprobs: 3 };
  const { body } = await complete({ prompt: PROMPT, seed: 1, ...bias });
  const { text, logprobs } = body.choices[0];
  expect(text).toBe(" king king");
  const expected = logprobsOf([...tokenizer.encode(PROMPT), favorite, favorite]).slice(-2);
  expect(logprobs.token_logprobs).toEqual(expected.map((each) => expect.closeTo(each, 5)));
  expect(logprobs.tokens).toEqual([" king", " king"]);
  expect(logprobs.text_offset).toEqual([PROMPT.length, PROMPT.length + 5]);
  const top = Object.entries(logprobs.top_logprobs[0] as Record<string, number>);
  expect(top).toHaveLength(4); // the three most probable and the one chosen
  expect(top.at(-1)).toEqual([" king", logprobs.token_logprobs[0]]);
  expect(top[0][1]).toBeGreaterThan(top[1][1]);
});

test("echo with logprobs and max_tokens 0 scores the prompt", async () => {
  const { body } = await complete({ prompt: PROMPT, echo: true, logprobs: 0, max_tokens: 0 });
  const ids = tokenizer.encode(PROMPT);
  expect(body.choices[0]).toMatchObject({ text: PROMPT, finish_reason: "length" });
  expect(body.choices[0].logprobs).toEqual({
    tokens: ["Once", " upon", " a", " time"],
    token_logprobs: [null, ...logprobsOf(ids).map((each) => expect.closeTo(each, 5))],
    top_logprobs: null,
    text_offset: [0, 4, 9, 11],
  });
  expect(body.usage).toEqual({ prompt_tokens: 4, completion_tokens: 0, total_tokens: 4 });
});

test("echo with logprobs goes on into the completion", async () => {
  const { body } = await complete({ prompt: PROMPT, echo: true, logprobs: 1, max_tokens: 3, temperature: 0 });
  const { text, logprobs } = body.choices[0];
  const ids = tokenizer.encode(PROMPT + (await expectedText(PROMPT, 0, { greedy: true }, 3)));
  expect(text).toBe(tokenizer.decode(ids));
  expect(logprobs.tokens.join("")).toBe(text);
  expect(logprobs.token_logprobs).toEqual([null, ...logprobsOf(ids).map((each) => expect.closeTo(each, 5))]);
  expect(logprobs.top_logprobs[0]).toBeNull();
});

test("a token that is a part of a character is shown as bytes, and offsets count characters", async () => {
  const prompt = "💡 a"; // U+1F4A1 is F0 9F 92 A1
  const { body } = await complete({ prompt, echo: true, logprobs: 0, max_tokens: 0 });
  const { tokens, text_offset } = body.choices[0].logprobs;
  expect(body.choices[0].text).toBe(prompt);
  expect(tokens[0]).toMatch(/^bytes:(\\x[0-9a-f]{2})+$/);
  expect(tokens.at(-1)).toBe(" a");
  expect(text_offset.at(-1)).toBe(1);
});

test("a text ends at the end of the context", async () => {
  const ids = Array.from({ length: model.config.nPositions - 2 }, (_, i) => 300 + (i % 50));
  const { body } = await complete({ prompt: ids, ignore_eos: true });
  expect(body.choices[0].finish_reason).toBe("length");
  expect(body.usage.completion_tokens).toBe(2);
});

test("min_tokens, forced_first and forced_last are those of the command line", async () => {
  const [first, last] = [tokenizer.encode(" king")[0], tokenizer.encode(" queen")[0]];
  const { body } = await complete({
    prompt: PROMPT,
    max_tokens: 3,
    forced_first: first,
    forced_last: last,
    min_tokens: 3,
  });
  expect(body.choices[0].text).toMatch(/^ king.* queen$/s);
});

describe("a stream", () => {
  const request = { prompt: PROMPT, seed: 7, n: 2, max_tokens: 12, stream: true };

  test("gives the same texts, piece by piece, and then [DONE]", async () => {
    const { text, headers } = await complete(request);
    expect(headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    // biome-ignore lint/suspicious/noExplicitAny: as JSON has it
    const events = eventsOf(text) as any[];
    expect(events.pop()).toBe("[DONE]");
    const texts = ["", ""];
    for (const { choices } of events) for (const choice of choices) texts[choice.index] += choice.text;
    expect(texts).toEqual([await expectedText(PROMPT, 7, {}, 12), await expectedText(PROMPT, 8, {}, 12)]);
    const ends = events.flatMap(({ choices }) => choices).filter((choice) => choice.finish_reason !== null);
    expect(ends.map(({ finish_reason }) => finish_reason)).toEqual(["length", "length"]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(1);
    expect(events.every((event) => !("usage" in event))).toBe(true);
  });

  test("ends with the usage if it is asked for", async () => {
    const { text } = await complete({ ...request, stream_options: { include_usage: true } });
    // biome-ignore lint/suspicious/noExplicitAny: as JSON has it
    const events = eventsOf(text).slice(0, -1) as any[];
    const last = events.pop();
    expect(last).toMatchObject({ choices: [], usage: { prompt_tokens: 4, completion_tokens: 24, total_tokens: 28 } });
    expect(events.every(({ usage }) => usage === null)).toBe(true);
  });

  test("has the same log-probabilities, each with the text of its event", async () => {
    const scored = { ...request, n: 1, echo: true, logprobs: 2 };
    const whole = (await complete({ ...scored, stream: false })).body.choices[0];
    const { text } = await complete(scored);
    // biome-ignore lint/suspicious/noExplicitAny: as JSON has it
    const pieces = (eventsOf(text).slice(0, -1) as any[]).map(({ choices }) => choices[0]);
    expect(pieces.map((piece) => piece.text).join("")).toBe(whole.text);
    for (const key of ["tokens", "token_logprobs", "top_logprobs", "text_offset"]) {
      expect(pieces.flatMap(({ logprobs }) => logprobs[key])).toEqual(whole.logprobs[key]);
    }
  });

  test("an error while it runs is its last event", async () => {
    const { text, status } = await complete({ ...request, allowed: [5], banned: ["5"] });
    expect(status).toBe(200);
    expect(eventsOf(text)).toEqual([{ error: expect.objectContaining({ type: "invalid_request_error" }) }]);
  });
});

test("an error of one choice is the answer", async () => {
  const { status, body } = await complete({ prompt: PROMPT, n: 3, allowed: [5], banned: ["5"] });
  expect(status).toBe(400);
  expect(body.error.message).toMatch(/banned/);
});

test("a stream that nobody reads takes no further step, and others finish meanwhile", async () => {
  const { app, complete, scheduler } = serving();
  const fields = { prompt: "a", stream: true, n: 2, max_tokens: 200, ignore_eos: true };
  const deaf = await app.request("/v1/completions", {
    method: "POST",
    headers: { Host: "localhost", "Content-Type": "application/json" },
    body: JSON.stringify({ model: MODEL, ...fields }),
  });
  const other = await complete({ prompt: "a", max_tokens: 20, ignore_eos: true });
  expect(other.body.usage.completion_tokens).toBe(20);
  expect(scheduler.status().generatedTokens - 20).toBeLessThan(8);
  await deaf.body?.cancel();
  await scheduler.close(0);
});
