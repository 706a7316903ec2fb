/**
 * The official client of OpenAI against the command as a process; and random requests, all at once, each against the
 * same request alone on the command line: 200 in the full run.
 */
import OpenAI, { type APIError } from "openai";
import type {
  Completion,
  CompletionCreateParamsNonStreaming,
  CompletionCreateParamsStreaming,
} from "openai/resources/completions";
import { afterAll, describe, expect, test } from "vitest";
import { FULL } from "../../../test/setup/sample.ts";
import { fixture, tsgpt } from "../../cli/test/process.ts";
import { randomRequests } from "./random-requests.ts";
import { MODEL, served } from "./served.ts";

const KEY = "a-secret-key";
const server = await served(["--max-waiting", "256", "--api-key", "env:KEY"], { KEY });
const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: KEY, maxRetries: 0 });
afterAll(async () => {
  server.kill("SIGKILL");
  await server.ended;
});

/** Of requests that have, in the first three already, several choices of a prompt that is read in several chunks. */
const SEED = 14;

const PROMPT = { model: MODEL, prompt: "Once upon a time", seed: 7 };

interface Choice {
  readonly text: string;
  readonly logprobs: readonly (number | null)[];
}

type Fields = Readonly<Record<string, unknown>>;

/** The choices of a request. */
async function answered(fields: Fields): Promise<Choice[]> {
  const { choices } = await client.completions.create(fields as unknown as CompletionCreateParamsNonStreaming);
  return choices.map(({ text, logprobs }) => ({ text, logprobs: logprobs?.token_logprobs ?? [] }));
}

/** The choices of a request, put together from the events of a stream. */
async function streamed(fields: Fields): Promise<Choice[]> {
  const all = Array.from({ length: fields["n"] as number }, () => ({ text: "", logprobs: [] as (number | null)[] }));
  const asked = { ...fields, stream: true } as unknown as CompletionCreateParamsStreaming;
  for await (const { choices } of await client.completions.create(asked)) {
    for (const { index, text, logprobs } of choices) {
      all[index].text += text;
      all[index].logprobs.push(...(logprobs?.token_logprobs ?? []));
    }
  }
  return all;
}

/** A completion as the command line prints it. */
interface Alone {
  readonly text: string;
  readonly tokens: readonly { readonly logprob: number }[];
}

/** What the server measured so far. */
async function measured() {
  const headers = { Authorization: `Bearer ${KEY}` };
  const text = await (await fetch(`${server.url}/metrics`, { headers })).text();
  const counted = (name: string) => Number(new RegExp(`^tsgpt_${name} (\\d+)$`, "m").exec(text)?.[1]);
  return {
    running: counted("running_sequences"),
    steps: counted("steps_total"),
    reused: counted("reused_tokens_total"),
    generated: counted("generated_tokens_total"),
  };
}

/** What `promise` rejects with. */
async function errorOf(promise: Promise<unknown>): Promise<APIError> {
  try {
    await promise;
  } catch (error) {
    return error as APIError;
  }
  throw new Error("nothing was thrown");
}

test("completes, and streams the same text with the usage", async () => {
  const whole = await client.completions.create(PROMPT);
  expect(whole.choices[0].text.length).toBeGreaterThan(10);
  let text = "";
  let usage: Completion["usage"];
  const stream = await client.completions.create({ ...PROMPT, stream: true, stream_options: { include_usage: true } });
  for await (const event of stream) {
    text += event.choices[0]?.text ?? "";
    usage = event.usage ?? usage;
  }
  expect(text).toBe(whole.choices[0].text);
  expect(usage).toEqual(whole.usage);
});

test("lists and describes the model", async () => {
  const ids: string[] = [];
  for await (const { id } of client.models.list()) ids.push(id);
  expect(ids).toEqual([MODEL]);
  expect(await client.models.retrieve(MODEL)).toMatchObject({ id: MODEL, object: "model" });
});

describe("throws its own errors", () => {
  test("NotFoundError for an unknown model", async () => {
    const error = await errorOf(client.completions.create({ ...PROMPT, model: "gpt-4" }));
    expect(error).toBeInstanceOf(OpenAI.NotFoundError);
    expect([error.code, error.param, error.type]).toEqual(["model_not_found", "model", "invalid_request_error"]);
  });

  test("BadRequestError for best_of, by its name", async () => {
    const error = await errorOf(client.completions.create({ ...PROMPT, best_of: 2 }));
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(error.param).toBe("best_of");
  });

  test("AuthenticationError for a wrong key", async () => {
    const stranger = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "guess", maxRetries: 0 });
    expect(await errorOf(stranger.completions.create(PROMPT))).toBeInstanceOf(OpenAI.AuthenticationError);
  });

  test("for an error in a stream", async () => {
    const fields = { ...PROMPT, stream: true, allowed: [5], banned: ["5"] } as const;
    const stream = await client.completions.create(fields);
    const error = await errorOf(
      (async () => {
        for await (const _ of stream);
      })(),
    );
    expect(error.message).toMatch(/banned/);
  });
});

test("a client that leaves a stream frees its rows", async () => {
  const stream = await client.completions.create({ ...PROMPT, max_tokens: 100_000, stream: true, n: 4 });
  for await (const _ of stream) break;
  await expect.poll(async () => (await measured()).running).toBe(0);
});

test("requests at once have the texts and the log-probabilities that the command line gives them alone", {
  timeout: 600_000,
}, async () => {
  const requests = randomRequests(FULL ? 200 : 3, SEED);
  const before = await measured();
  const answers = await Promise.all(
    requests.map(({ fields }, i) => (i % 3 === 0 ? streamed(fields) : answered(fields))),
  );
  const after = await measured();
  expect(after.reused).toBeGreaterThan(before.reused);
  expect(after.steps - before.steps).toBeLessThan(after.generated - before.generated); // they shared batches
  for (const [i, { args, fields }] of requests.entries()) {
    const { stdout, stderr } = await tsgpt([
      "generate",
      ...args,
      "--model",
      fixture(MODEL),
      "--threads",
      "1",
      "--json",
    ]);
    expect(stdout, stderr).not.toBe("");
    const result = JSON.parse(stdout);
    const alone = (result.sequences ?? [result]).map(({ text, tokens }: Alone) => ({
      text,
      logprobs: tokens.map(({ logprob }) => logprob),
    }));
    expect({ fields, choices: answers[i] }).toEqual({ fields, choices: alone });
  }
});

test("the log has each response, and neither the key nor a prompt", () => {
  expect(server.stderr()).toMatch(/^POST \/v1\/completions 200 \d+\.\d{3} s$/m);
  expect(server.stderr()).toMatch(/^POST \/v1\/completions 401 /m);
  expect(server.stderr()).toMatch(/, the client left$/m);
  expect(server.stderr()).not.toContain(KEY);
  expect(server.stderr()).not.toContain("Once upon");
  expect(server.stdout()).toBe(`${server.url}\n`);
});
