/** A load and what is made of it, on clients and servers made up: no timing is tested. */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createScheduler } from "@tsgpt/serve/scheduler";
import { afterEach, describe, expect, test, vi } from "vitest";
import { characterTokenizer, tinyModel } from "../../packages/gpt/test/tiny-model.ts";
import { httpClient, schedulerClient } from "../src/load/clients.ts";
import { growthProblem, memoryOverTime } from "../src/load/memory.ts";
import { type LoadRequest, poissonArrivals, randomRequests } from "../src/load/requests.ts";
import { compareStreams } from "../src/load/streams.ts";
import { llamaTrends, percentile, summarize } from "../src/load/summary.ts";
import { llamaTable, loadTable, streamsTable } from "../src/load/tables.ts";
import { closedLoop, openLoop, type Timeline, timelineOf } from "../src/load/timeline.ts";

afterEach(() => void vi.useRealTimers());

const shape = { vocabSize: 61, promptTokens: [1, 4], newTokens: [2, 6], sharedTokens: 3 } as const;
const requestOf = (maxTokens: number, promptTokens = 1): LoadRequest => ({
  ids: new Array(promptTokens).fill(0),
  maxTokens,
  seed: 0,
});

describe("requests", () => {
  test("are the same for a seed, within their lengths, and begin alike", () => {
    const requests = randomRequests(200, shape, 7);
    expect(requests).toEqual(randomRequests(200, shape, 7));
    const lengths = requests.map(({ ids }) => ids.length - 3);
    expect([Math.min(...lengths), Math.max(...lengths)]).toEqual([1, 4]);
    const news = requests.map(({ maxTokens }) => maxTokens);
    expect([Math.min(...news), Math.max(...news)]).toEqual([2, 6]);
    expect(new Set(requests.map(({ ids }) => ids.slice(0, 3).join())).size).toBe(1);
    expect(new Set(requests.map(({ ids }) => ids.join())).size).toBeGreaterThan(50);
  });

  test("arrive at the mean rate, with gaps of an exponential distribution", () => {
    const times = poissonArrivals(10_000, 20, 3);
    const gaps = times.map((time, i) => time - (times[i - 1] ?? 0));
    const mean = (times.at(-1) as number) / gaps.length;
    expect(mean).toBeCloseTo(50, -1); // 1000 ms / 20; the standard error is 0.5
    expect(gaps.filter((gap) => gap > 50).length / gaps.length).toBeCloseTo(Math.exp(-1), 1);
    expect(gaps.every((gap) => gap >= 0)).toBe(true);
  });
});

test("percentiles are values: the smallest that at least so many are at most", () => {
  const values = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect([50, 95, 99, 100].map((percent) => percentile(values, percent))).toEqual([50, 95, 99, 100]);
  expect(percentile([7], 50)).toBe(7);
  expect(percentile([], 50)).toBeNaN();
});

describe("timelines", () => {
  test("in an open loop requests are sent when they are due, answered or not", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "performance"] });
    const sent: number[] = [];
    const client = async () => {
      sent.push(performance.now() - begin);
      await new Promise((resolve) => setTimeout(resolve, 100));
      return 1;
    };
    const begin = performance.now();
    const all = openLoop(client, [requestOf(1), requestOf(1), requestOf(2)], [10, 20, 50]);
    await vi.runAllTimersAsync();
    expect(sent).toEqual([10, 20, 50]);
    const timelines = await all;
    expect(timelines.map(({ start, end }) => [start - begin, end - begin])).toEqual([
      [10, 110],
      [20, 120],
      [50, 150],
    ]);
    expect(timelines.map(({ failure }) => failure)).toEqual([undefined, undefined, "1 tokens came, 2 were asked for"]);
  });

  test("in a closed loop only so many are sent at once", async () => {
    let [now, most] = [0, 0];
    const client = async ({ maxTokens }: LoadRequest) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
      return maxTokens;
    };
    const timelines = await closedLoop(
      client,
      Array.from({ length: 9 }, () => requestOf(3)),
      4,
    );
    expect([timelines.length, most]).toEqual([9, 4]);
  });

  test("a request that fails is one of the failed, with its message", async () => {
    const client = async (): Promise<number> => {
      throw new Error("HTTP 429: full");
    };
    const timelines = [await timelineOf(client, requestOf(1)), timeline(0, [10], 10)];
    expect(summarize(timelines)).toMatchObject({ requests: 2, failed: 1, failure: "HTTP 429: full" });
  });
});

const timeline = (start: number, pieces: readonly number[], end: number, promptTokens = 1): Timeline => ({
  ...{ start, pieces, end, tokens: pieces.length, failure: undefined },
  request: requestOf(pieces.length, promptTokens),
});
/** The first token after 100 ms, then one each 10 ms; the second request arrives 20 ms later, is slower, and ends at 1 s. */
const two = [timeline(0, [100, 110, 120], 120, 5), timeline(20, [220, 620, 1000], 1000, 20)];

test("throughput counts from the first arrival to the last end; a client's times count from its own arrival", () => {
  expect(summarize(two)).toEqual({
    ...{ requests: 2, failed: 0, failure: undefined },
    seconds: 1,
    tokensPerSecond: 6,
    firstToken: { p50: 100, p95: 200, p99: 200 },
    betweenTokens: { p50: 10, p95: 400, p99: 400 },
  });
});

test("llama-server's trends: 5 / 0.1 s and 20 / 0.2 s read, 3 / 0.02 s and 3 / 0.78 s written", () => {
  expect(llamaTrends(two)).toEqual({
    iterations: 2,
    http_req_duration: { avg: 550, p95: 980 },
    llamacpp_prompt_processing_second: { avg: 75, p95: 100 },
    llamacpp_emit_first_token_second: { avg: expect.closeTo(0.15), p95: 0.2 },
    llamacpp_tokens_second: { avg: (150 + 3 / 0.78) / 2, p95: 150 },
  });
});

test("memory early is the second tenth, settled the fourth, late the last", () => {
  const tenths = [1, 10, 20, 40, 50, 50, 50, 50, 50, 30];
  const samples = Array.from({ length: 40 }, (_, i) => (i === 20 ? 99 : (tenths[Math.floor(i / 4)] as number)));
  expect(memoryOverTime(samples)).toEqual({ samples, early: 10, settled: 40, late: 30, peak: 99 });
  expect(memoryOverTime([5, 7])).toMatchObject({ early: 5, settled: 5, late: 7 });
});

describe("memory that grows while a load runs", () => {
  const growing = (from: number, to: number) => memoryOverTime([1, 2, 3, from, from, from, from, from, from, to]);

  test("may do so until the caches are full, and by a tenth after it", () => {
    expect(growthProblem(growing(200e6, 219e6))).toBeUndefined();
    expect(growthProblem(growing(200e6, 100e6))).toBeUndefined();
  });

  test("is a problem beyond that", () => {
    expect(growthProblem(growing(200e6, 221e6))).toMatch(
      /^memory grew from 200 MB in the fourth tenth to 221 MB, by more than 10%: a leak, unless the caches were not full/,
    );
  });
});

test("the tables", () => {
  const memory = { samples: [], early: 100e6, settled: 100e6, late: 101e6, peak: 120e6 };
  const load = loadTable([
    { serving: "16 at once", rate: 5, summary: summarize(two), memory },
    { serving: "8 clients", rate: undefined, summary: summarize(two), memory },
  ]);
  const lines = load.trimEnd().split("\n");
  expect(lines[2]).toBe("| 16 at once | 5 | 2 | 0 | 6 | 100 | 200 | 200 | 10 | 400 | 400 | 100 | 101 | 120 |");
  expect(lines[3]).toContain("| 8 clients | as answered |");
  expect(llamaTable(llamaTrends(two))).toContain("| iterations | 2 |  |\n| http_req_duration | 550 | 980 |\n");
  const speeds = [{ dtype: "int8", streams: 8, one: [10, 20, 30], several: [40, 50, 60] }];
  expect(streamsTable(speeds)).toContain("| int8 | 8 | 20 | 50 | 2.50 |"); // ratios 4, 2.5, 2
});

const CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ .,!?012345";
const model = tinyModel({}, characterTokenizer(CHARACTERS));

test("the scheduler's client gets every token", async () => {
  const scheduler = createScheduler(model);
  const requests = randomRequests(10, shape, 1);
  const timelines = await closedLoop(schedulerClient(scheduler), requests, 4);
  expect(timelines.map(({ failure }) => failure)).toEqual(new Array(10).fill(undefined));
  for (const { pieces, request } of timelines) expect(pieces).toHaveLength(request.maxTokens);
  await scheduler.close(0);
});

test("one stream and several alternate, the first round to warm up", async () => {
  const rounds: number[] = [];
  const onRound = (round: number) => void rounds.push(round);
  const speeds = await compareStreams(model, { streams: 3, promptTokens: 4, newTokens: 3, rounds: 2, onRound });
  expect(rounds).toEqual([-1, 0, 1]);
  expect(speeds).toMatchObject({ dtype: "f32", streams: 3 });
  for (const list of [speeds.one, speeds.several]) expect(list.filter((speed) => speed > 0)).toHaveLength(2);
});

describe("the client over HTTP", () => {
  const bodies: unknown[] = [];

  /** A server that answers a completion with these parts of a body. */
  async function answering(parts: readonly string[], status = 200) {
    const server = createServer(async (request, response) => {
      if (request.url === "/v1/models") return void response.end('{"data":[{"id":"tiny"}]}');
      let body = "";
      for await (const bytes of request) body += bytes;
      bodies.push(JSON.parse(body));
      response.writeHead(status);
      await writeAll(response, parts);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const client = await httpClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return { client, close: () => server.close() };
  }

  async function writeAll(response: ServerResponse, parts: readonly string[]): Promise<void> {
    for (const part of parts) await new Promise((resolve) => response.write(part, resolve));
    response.end();
  }

  const event = (data: object) => `data: ${JSON.stringify(data)}\n\n`;
  const text = (value: string) => event({ choices: [{ text: value }] });
  const usage = event({ choices: [], usage: { completion_tokens: 3 } });

  test("asks for a stream with usage, and counts pieces with text across any cuts", async () => {
    const whole = `${text("one é")}${text("")}${text("two")}${usage}data: [DONE]\n\n`;
    const { client, close } = await answering([whole.slice(0, 9), whole.slice(9, 40), whole.slice(40)]);
    let pieces = 0;
    expect(await client(requestOf(3), () => void pieces++)).toBe(3);
    expect(pieces).toBe(2);
    const asked = { model: "tiny", prompt: [0], max_tokens: 3, seed: 0, ignore_eos: true, stream: true };
    expect(bodies.at(-1)).toEqual({ ...asked, stream_options: { include_usage: true } });
    close();
  });

  test.each([
    ["a refusal", ["full"], 429, "HTTP 429: full"],
    ["an error in the stream", [text("a"), event({ error: { message: "it broke" } })], 200, "it broke"],
    ["a stream that is cut off", [text("a")], 200, "the stream ended without [DONE]"],
  ])("%s is a failure", async (_, parts, status, message) => {
    const { client, close } = await answering(parts, status);
    expect((await timelineOf(client, requestOf(1))).failure).toBe(message);
    close();
  });
});
