/** The routes besides completions. */
import { expect, test } from "vitest";
import { MODEL, model, serving } from "./serving.ts";

const { send, post, complete, scheduler } = serving();

test("/tokenize and /detokenize are inverse", async () => {
  const text = "The king said: 💡\n";
  const { body } = await post("/tokenize", { text });
  expect(body.ids).toEqual(model.tokenizer.encode(text));
  expect(body.count).toBe(body.ids.length);
  expect(body.tokens.slice(0, 2)).toEqual(["The", " king"]);
  expect((await post("/detokenize", { ids: body.ids })).body).toEqual({ text });
  expect((await post("/detokenize", { ids: [] })).body).toEqual({ text: "" });
});

test.each([
  ["/tokenize", {}, '"text" is missing; it must be a string'],
  ["/tokenize", { text: 5 }, '"text" must be a string, got the number 5'],
  ["/tokenize", { txt: "a" }, 'there is no field "txt"; did you mean "text"?'],
  [
    "/detokenize",
    { ids: [5, "a"] },
    '"ids" must be a list of token ids with at most 131072 items, got the string "a" at index 1',
  ],
  ["/detokenize", { ids: [5, 99_999] }, '"ids" has 99999, which no token has'],
])("%s of %j: 400", async (path, given, message) => {
  const { status, body } = await post(path, given);
  expect([status, body.error.message]).toEqual([400, message]);
});

test("/tokenize takes 16 KiB and no more", async () => {
  expect((await post("/tokenize", { text: " a".repeat(2 ** 13) })).body.count).toBe(2 ** 13);
  const { status, body } = await post("/tokenize", { text: "é".repeat(2 ** 13 + 1) });
  expect([status, body.error.message]).toEqual([
    400,
    '"text" has 16386 bytes, at most 16384 are taken; send it in parts',
  ]);
});

test("/v1/models lists the model, and describes it by its id", async () => {
  const { body } = await send("/v1/models");
  expect(body).toEqual({
    object: "list",
    data: [{ id: MODEL, object: "model", created: expect.any(Number), owned_by: "tsgpt" }],
  });
  expect((await send(`/v1/models/${MODEL}`)).body).toEqual(body.data[0]);
});

test("/metrics has the scheduler's numbers and times per token, and those of the process", async () => {
  await complete({ prompt: "The king", max_tokens: 5, n: 2, seed: 1, ignore_eos: true });
  const { text, headers } = await send("/metrics");
  expect(headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  const measured = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
  expect(measured("tsgpt_generated_tokens_total")).toBe(10);
  expect(measured("tsgpt_time_to_first_token_seconds_count")).toBe(2);
  expect(measured("tsgpt_time_between_tokens_seconds_count")).toBe(8);
  expect(measured("tsgpt_running_sequences")).toBe(0);
  expect(measured("tsgpt_cache_limit_bytes")).toBe(scheduler.status().cacheLimit);
  expect(measured("process_resident_memory_bytes")).toBeGreaterThan(0);
});

test("/health is ok, and /ready until the server is closed", async () => {
  const other = serving();
  expect((await other.send("/health")).body).toEqual({ status: "ok" });
  expect((await other.send("/ready")).body).toEqual({ status: "ready", model: MODEL });
  await other.scheduler.close(0);
  expect((await other.send("/health")).status).toBe(200);
  const { status, body } = await other.send("/ready");
  expect([status, body.error.code]).toEqual([503, "shutting_down"]);
});

test("without the explorer's page, / says so in a sentence", async () => {
  const { status, text, headers } = await serving({ withoutPage: "Build the page." }).send("/");
  expect([status, headers.get("content-type")]).toEqual([200, "text/html; charset=UTF-8"]);
  expect(text).toContain("<p>Build the page.</p>");
  expect((await send("/")).text).toContain("<p>The server is running.</p>");
});

test("prompts are reported as texts, whatever form they have", async () => {
  const { complete, prompts } = serving();
  await complete({ prompt: [model.tokenizer.encode("The king"), model.tokenizer.encode("A")], max_tokens: 0 });
  expect(prompts).toEqual(["The king", "A"]);
});

test("prompts that the scheduler refuses are not reported", async () => {
  const { complete, prompts, scheduler } = serving();
  await scheduler.close(0);
  expect((await complete({ prompt: "secret" })).status).toBe(503);
  expect(prompts).toEqual([]);
});
