/** Requests that are refused: the status, the field, the code and the message, in OpenAI's shape. */
import { afterAll, describe, expect, test } from "vitest";
import { ClosedError, createScheduler, QueueFullError, type Scheduler } from "../../src/scheduler/index.ts";
import { MODEL, model, serving } from "./serving.ts";

const { complete, post, send, faults } = serving();
afterAll(() => expect(faults).toEqual([]));

test.each([
  [{ best_of: 2 }, "best_of", "unsupported_parameter", '"best_of" is not supported; ask for n choices'],
  [{ suffix: "." }, "suffix", "unsupported_parameter", '"suffix" is not supported; the model only continues a text'],
  [{ user: "me" }, "user", "unsupported_parameter", '"user" is not supported; nothing is recorded of users'],
  [{ max_token: 1 }, "max_token", "unknown_parameter", 'there is no field "max_token"; did you mean "max_tokens"?'],
  [{ maxTokens: 1 }, "maxTokens", "unknown_parameter", 'there is no field "maxTokens"; did you mean "max_tokens"?'],
  [{ zebra: null }, "zebra", "unknown_parameter", 'there is no field "zebra"; see /openapi.json for the fields'],
  [{ prompt: 5 }, "prompt", "invalid_value", '"prompt" must be a string, a list of token ids, or a list of 1 to 128'],
  [{ prompt: [] }, "prompt", "invalid_value", '"prompt" must be a string, a list of token ids, or a list of 1 to 128'],
  [
    { prompt: [[]] },
    "prompt",
    "invalid_value",
    '"prompt" must be a string, a list of token ids, or a list of 1 to 128',
  ],
  [{ prompt: ["a", [1]] }, "prompt", "invalid_value", '"prompt" must be a string, a list of token ids'],
  [{ prompt: [1.5] }, "prompt", "invalid_value", '"prompt" must be a string, a list of token ids'],
  [{ prompt: [4096] }, "prompt", "invalid_value", '"prompt" has the token id 4096; ids go from 0 to 4095'],
  [
    { max_tokens: -1 },
    "max_tokens",
    "invalid_value",
    '"max_tokens" must be a whole number, 0 or more, got the number -1',
  ],
  [{ n: 129 }, "n", "invalid_value", '"n" must be a whole number from 1 to 128, got the number 129'],
  [
    { n: 65, prompt: ["a", "b"] },
    "n",
    "invalid_value",
    "2 prompts times n 65 are 130 choices; one request has at most 128",
  ],
  [{ stream: "yes" }, "stream", "invalid_value", '"stream" must be true or false, got the string "yes"'],
  [
    { stream_options: { include_usage: true } },
    "stream_options",
    "invalid_value",
    '"stream_options" needs "stream": true',
  ],
  [
    { stream: true, stream_options: { x: 1 } },
    "stream_options",
    "invalid_value",
    '"stream_options" must be an object with "include_usage", true or false, got the unknown key "x"',
  ],
  [
    { stream: true, stream_options: { include_usage: "yes" } },
    "stream_options",
    "invalid_value",
    'got the string "yes" for "include_usage"',
  ],
  [{ prompt: Array(129).fill("a") }, "prompt", "invalid_value", "a list of 1 to 128 of either, got 129 items"],
  [{ prompt: Array(129).fill([5]) }, "prompt", "invalid_value", "a list of 1 to 128 of either, got 129 items"],
  [{ prompt: ["a", "b", 3] }, "prompt", "invalid_value", "of either, got the number 3 at index 2"],
  [{ prompt: [1, 2, "a"] }, "prompt", "invalid_value", 'of either, got the string "a" at index 2'],
  [
    { prompt: [[1], [2, "a"]] },
    "prompt",
    "invalid_value",
    'of either, got the string "a" at index 1 of the list at index 1',
  ],
  [{ stop: ["a", ""] }, "stop", "invalid_value", "at most 4 of them, got 0 characters at index 1"],
  [{ stop: ["a", "b", "c", "d", "e"] }, "stop", "invalid_value", "at most 4 of them, got 5 items"],
  [
    { banned: ["a", "é".repeat(251)] },
    "banned",
    "invalid_value",
    "with at most 128 items, got 251 characters at index 1",
  ],
  [{ dry_multiplier: 1, dry_breaker: Array(17).fill("a") }, "dry_breaker", "invalid_value", "got 17 items"],
  [{ allowed: Array(65_537).fill(5) }, "allowed", "invalid_value", "with at most 65536 items, got 65537 items"],
  [{ logit_bias: { 5: "1" } }, "logit_bias", "invalid_value", 'such as {"50256": -100}, got the string "1" for "5"'],
  [{ logit_bias: { "05": 1 } }, "logit_bias", "invalid_value", 'such as {"50256": -100}, got the key "05"'],
  [{ logit_bias: { 5: 1e308 } }, "logit_bias", "invalid_value", "logit_bias: "],
  [
    { allowed: Array(1025).fill(5), n: 128 },
    "n",
    "invalid_value",
    "a list of 1025 token ids for each of 128 choices is 131200; at most 131072 are taken; ask for fewer choices",
  ],
  [{ allowed: [5], banned: ["5"] }, "banned", "invalid_value", "banned: no token is left"],
  [{ logprobs: 21 }, "logprobs", "invalid_value", '"logprobs" must be a whole number from 0 to 20'],
  [{ logprobs: true }, "logprobs", "invalid_value", '"logprobs" must be a whole number from 0 to 20'],
  [
    { stop: "" },
    "stop",
    "invalid_value",
    '"stop" must be a string of 1 to 1000 characters, or a list of at most 4 of them',
  ],
  [{ stop: ["a", "b", "c", "d", "e"] }, "stop", "invalid_value", '"stop" must be a string of 1 to 1000 characters'],
  [{ stop: "a".repeat(1001) }, "stop", "invalid_value", '"stop" must be a string of 1 to 1000 characters'],
  [{ banned: Array(129).fill("a") }, "banned", "invalid_value", '"banned" must be a list of strings, each a text'],
  [{ seed: -1 }, "seed", "invalid_value", '"seed" must be a whole number, 0 or more'],
  [{ seed: 2 ** 53 - 1, n: 2 }, "seed", "invalid_value", '"seed" plus n must be at most 9007199254740991'],
  [{ logit_bias: { a: 1 } }, "logit_bias", "invalid_value", '"logit_bias" must be an object of numbers by token id'],
  [{ logit_bias: { 4096: 1 } }, "logit_bias", "invalid_value", "logit_bias"],
  [{ dialect: "gpt" }, "dialect", "invalid_value", '"dialect" must be one of "lecture", "hf", "llama.cpp", "openai"'],
  [{ temperature: -1 }, "temperature", "invalid_value", "temperature must be a finite number above 0"],
  [
    { temperature: 0, typical: 0.5 },
    null,
    "invalid_value",
    "greedy takes the most probable token whatever typical does",
  ],
  [{ frequency_penalty: 3 }, "frequency_penalty", "invalid_value", "frequency_penalty must be from -2 to 2"],
  [{ top_p: 0 }, "top_p", "invalid_value", '"top_p" must be a number above 0 and at most 1, got the number 0'],
  [{ min_p: 2 }, "min_p", "invalid_value", '"min_p" must be a number from 0 to 1, got the number 2'],
  [{ dry_base: 2 }, "dry_base", "invalid_value", "dry_base does nothing without dry_multiplier; give that too"],
  [{ watermark_hash: "up" }, "watermark_hash", "invalid_value", '"watermark_hash" must be one of "left", "self"'],
  [
    { penalty_scope: "some" },
    "penalty_scope",
    "invalid_value",
    '"penalty_scope" must be one of "all", "generated", or a whole',
  ],
  [{ banned: ["1,,2"] }, "banned", "invalid_value", 'banned "1,,2": must be token ids separated by commas'],
  [{ forced_last: 4096 }, "forced_last", "invalid_value", "forced_last"],
  [
    { forced_first: 1, forced_last: 2, max_tokens: 1 },
    "forced_last",
    "invalid_value",
    "only one token remains, which cannot be both",
  ],
])("%j", async (fields, param, code, message) => {
  const { status, body } = await complete({ prompt: "a", ...fields });
  expect(status).toBe(400);
  expect(body.error).toEqual({ message: expect.any(String), type: "invalid_request_error", param, code });
  expect(body.error.message).toContain(message);
});

test("null counts as omitted, for refused fields too", async () => {
  const { status } = await complete({
    prompt: "a",
    best_of: null,
    suffix: null,
    user: null,
    stop: null,
    max_tokens: 1,
  });
  expect(status).toBe(200);
});

test("a prompt that is too long is refused, by its tokens or, before it is tokenized, by its bytes", async () => {
  const { nPositions } = model.config;
  const ids = await complete({ prompt: Array(nPositions + 1).fill(300) });
  expect(ids.body.error).toMatchObject({ code: "context_length_exceeded", param: "prompt" });
  expect(ids.body.error.message).toBe(
    `"prompt" has ${nPositions + 1} tokens; the model takes ${nPositions}; shorten it`,
  );
  const text = await complete({ prompt: "a".repeat(1_000_000) });
  expect(text.body.error.message).toMatch(/^"prompt" has at least \d+ tokens; the model takes /);
});

describe("the model", () => {
  test("is required", async () => {
    const { status, body } = await post("/v1/completions", { prompt: "a" });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ param: "model", code: "missing_required_parameter" });
    expect(body.error.message).toBe('"model" is missing; it must be a string');
  });

  test("is the one that is served, or 404", async () => {
    const { status, body } = await post("/v1/completions", { model: "gpt-4", prompt: "a" });
    expect(status).toBe(404);
    expect(body.error).toMatchObject({ param: "model", code: "model_not_found" });
    expect(body.error.message).toBe(`there is no model "gpt-4"; this server has "${MODEL}"`);
    expect((await send("/v1/models/gpt-4")).status).toBe(404);
  });
});

test.each([
  ["no JSON", "{", 400, "the body is not valid JSON"],
  ["nothing", "", 400, "the body is not valid JSON"],
  ["a list", "[]", 400, "the body must be a JSON object, got an Array"],
  ["null", "null", 400, "the body must be a JSON object, got null"],
  ["invalid UTF-8", new Blob([Uint8Array.of(0x22, 0xff, 0x22)]), 400, "the body is not valid UTF-8"],
  ["__proto__", '{"__proto__": {}}', 400, 'there is no field "__proto__"'],
  ["1 MiB and a byte", `"${"a".repeat(2 ** 20 - 1)}"`, 413, "the body is larger than 1048576 bytes; send less"],
])("a body with %s", async (_, given, expected, message) => {
  const { status, body } = await post("/v1/completions", given);
  expect(status).toBe(expected);
  expect(body.error.message).toContain(message);
});

test("a body of 1 MiB without a length is read, and one with a byte more is not", async () => {
  const sized = (bytes: number) => {
    const body = JSON.stringify({ model: "x", prompt: "a".repeat(bytes) });
    return new Blob([body.replace(/a+/, (run) => run.slice(body.length - bytes))]).stream();
  };
  const statusOf = async (body: ReadableStream) => {
    const init = { method: "POST", body, duplex: "half", headers: { "Content-Type": "application/json" } };
    return (await send("/v1/completions", init as RequestInit)).status;
  };
  expect(await statusOf(sized(2 ** 20))).toBe(404); // the model "x"
  expect(await statusOf(sized(2 ** 20 + 1))).toBe(413);
});

test.each([["text/plain"], ["application/jsonp"], [""]])("the Content-Type %j is refused", async (type) => {
  const { status, body } = await post("/v1/completions", {}, { "Content-Type": type });
  expect(status).toBe(415);
  expect(body.error.message).toMatch(/^the Content-Type must be application\/json, got /);
});

test("application/json may name a charset", async () => {
  const { status } = await post("/tokenize", { text: "a" }, { "Content-Type": "Application/JSON; charset=utf-8" });
  expect(status).toBe(200);
});

test("an unknown path is 404, another method 405 with Allow", async () => {
  const unknown = await send("/v2");
  expect(unknown.status).toBe(404);
  expect(unknown.body.error.message).toBe('there is no GET "/v2"; see /openapi.json for what this server has');
  const method = await send("/v1/completions");
  expect(method.status).toBe(405);
  expect(method.headers.get("allow")).toBe("POST");
  expect(method.body.error.message).toBe('"/v1/completions" takes POST, got GET');
});

describe("the scheduler", () => {
  const refusing = (error: Error) => {
    const scheduler: Scheduler = {
      ...createScheduler(model),
      submit: () => {
        throw error;
      },
    };
    return serving({ scheduler });
  };

  test("with a full queue: 429 and Retry-After, also for a stream", async () => {
    for (const stream of [false, true]) {
      const { status, headers, body } = await refusing(new QueueFullError(64, 3)).complete({ stream });
      expect([status, headers.get("retry-after")]).toEqual([429, "3"]);
      expect(body.error).toMatchObject({ type: "rate_limit_error", code: "queue_full" });
    }
  });

  test("with one place and a queue of one: the third request at once is refused, the others are answered", async () => {
    const { complete } = serving({}, { maxRunning: 1, maxWaiting: 1 });
    const answers = [0, 1, 2].map(() => complete({ prompt: "a", max_tokens: 20, ignore_eos: true }));
    const all = await Promise.all(answers);
    expect(all.map(({ status }) => status).sort()).toEqual([200, 200, 429]);
    const refused = all.find(({ status }) => status === 429);
    expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  });

  test("that is closed: 503", async () => {
    const { status, body } = await refusing(new ClosedError()).complete({});
    expect([status, body.error.code, body.error.type]).toEqual([503, "shutting_down", "server_error"]);
  });

  test("that fails: 500 without the error's text, which is reported", async () => {
    const failing = refusing(new TypeError("secret"));
    const { status, text } = await failing.complete({});
    expect(status).toBe(500);
    expect(text).not.toContain("secret");
    expect(text).toContain("the server failed to answer; its log has the reason");
    expect(failing.faults).toEqual([new TypeError("secret")]);
  });

  test("whose memory cannot hold the cache of one sequence: 400 with the numbers", async () => {
    const { complete } = serving({}, { cacheLimit: 100_000 });
    const { status, body } = await complete({ prompt: "a", max_tokens: 500 });
    expect(status).toBe(400);
    expect(body.error.message).toMatch(
      /^a prompt of 1 and a text of 500 tokens need a cache of .*; shorten the prompt or lower max_tokens$/,
    );
  });

  test("whose time limit has passed: 400, which clients do not repeat", async () => {
    const { complete } = serving({ timeLimit: 0.02 }, { timeLimit: 20 });
    const { status, body } = await complete({ prompt: "a", max_tokens: 500, ignore_eos: true, n: 8 });
    expect(status).toBe(400);
    expect(body.error.code).toBe("time_limit_exceeded");
    expect(body.error.message).toBe("the request took longer than 0.02 seconds; ask for fewer tokens or choices");
  });
});
