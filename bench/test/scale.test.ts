/** The model of many workers, on parts made up and computed by hand; what is read of Redis; the inputs. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Parts, predict, type QueueParts, workersForRedis } from "../src/scale/model.ts";
import { between, parseInfo, totalCalls } from "../src/scale/redis.ts";
import { queueTable, throughputTable, workTable } from "../src/scale/tables.ts";
import { shardOverhead, type Throughput } from "../src/scale/throughput.ts";
import { inputLines } from "../src/scale/workload.ts";

const queue: QueueParts = {
  secondsPerShard: 1e-3,
  callsPerShard: 30,
  secondsPerMinute: 0.06,
  callsPerMinute: 60,
  secondsPerOffer: 1e-4,
  callsPerOffer: 6,
};
const parts: Parts = {
  tokensPerSecond: 200,
  workersPerMachine: 2,
  tokensPerLine: 10,
  inputBytesPerLine: 100,
  outputBytesPerLine: 1000,
  shardOverheadSeconds: 1,
  startSeconds: 2,
  scanBytesPerSecond: 1e6,
  manifestBytesPerShard: 100,
  fileOperationsPerShard: 8,
  listSecondsPerFile: 1e-6,
  queue,
};
const scenario = { workers: 4, shardBytes: 10_000, hours: 1, price: 1 };

describe("predict", () => {
  test("a shard of 100 lines of 10 tokens takes 10 s at 100 tokens/s, and its overhead", () => {
    expect(predict(parts, scenario)).toMatchObject({ machines: 2, shardSeconds: 11, shards: 1440 }); // 4 * 3600 / 10
  });

  test("wall time is the start with a pass over 14.4 MB, 360 shards each, and one more", () => {
    const { startSeconds, seconds, inputBytes } = predict(parts, scenario);
    expect([inputBytes, startSeconds, seconds]).toEqual([14_400_000, 16.4, 16.4 + 360 * 11 + 11]);
  });

  test("two machines at 1 USD for 3987.4 s make 1.44 million tokens", () => {
    const { tokensPerHour, usdPerMillionTokens } = predict(parts, scenario);
    expect(tokensPerHour).toBeCloseTo((1_440_000 * 3600) / 3987.4);
    expect(usdPerMillionTokens).toBeCloseTo((2 * 3987.4) / 3600 / 1.44);
  });

  test("the folder takes a result of 100 kB and 8 operations from each worker every 11 s", () => {
    const { fileOperationsPerSecond, writtenBytesPerSecond, manifestBytes } = predict(parts, scenario);
    expect(fileOperationsPerSecond).toBeCloseTo((4 / 11) * 8);
    expect(writtenBytesPerSecond).toBeCloseTo((4 / 11) * 100_000);
    expect(manifestBytes).toBe(144_000);
  });

  test("each of two processes offers 1,440 shards every 30 s, and lists as many twice a second", () => {
    const load = predict(parts, scenario).queue;
    expect(load?.redisLoad).toBeCloseTo((4 / 11) * 1e-3 + (2 * 0.06) / 60 + 96 * 1e-4);
    expect(load?.callsPerSecond).toBeCloseTo((4 / 11) * 30 + 2 + 96 * 6);
    expect(load?.listedPerSecond).toBeCloseTo((2 * 2 + 4 / 11) * 1440);
    expect(load?.listingLoad).toBeCloseTo((2 + 2 / 11) * 1440e-6);
    expect(load?.checkedBytes).toBe(28_800_000);
  });

  test("without a queue nothing is said of one", () => {
    expect(predict({ ...parts, queue: undefined }, scenario).queue).toBeUndefined();
  });
});

test("the most workers for a load of Redis have it, and one machine more has not", () => {
  const workers = workersForRedis(parts, scenario, 0.5);
  const load = (count: number) => predict(parts, { ...scenario, workers: count }).queue?.redisLoad as number;
  expect(load(workers)).toBeLessThanOrEqual(0.5);
  expect(load(workers + parts.workersPerMachine)).toBeGreaterThan(0.5);
});

const INFO = [
  "# Stats\r\ntotal_net_input_bytes:500\r\ntotal_net_output_bytes:70",
  "used_cpu_sys:0.25\r\nused_cpu_user:0.5\r\nused_cpu_sys_children:9",
  "cmdstat_info:calls=3,usec=9\r\ncmdstat_client|setname:calls=2,usec=1\r\ncmdstat_get:calls=7,usec=5",
].join("\r\n");

describe("counts of Redis", () => {
  test("are read from its INFO, which is not counted", () => {
    const counts = { calls: { "client|setname": 2, get: 7 }, bytesIn: 500, bytesOut: 70, seconds: 0.75 };
    expect(parseInfo(INFO)).toEqual(counts);
  });

  test("between two moments leave out what did not happen", () => {
    const before = parseInfo(INFO);
    const later = { calls: { ...before.calls, get: 9, set: 4 }, bytesIn: 700, bytesOut: 80, seconds: 1.75 };
    const counts = between(before, later, 2);
    expect(counts).toEqual({ calls: { get: 1, set: 2 }, bytesIn: 100, bytesOut: 5, seconds: 0.5 });
    expect(totalCalls(counts)).toBe(3);
  });
});

test("input lines are different JSON strings of one number of bytes", () => {
  const lines = inputLines("generate", 200);
  expect(new Set(lines.map((line) => JSON.parse(line))).size).toBe(200);
  expect(new Set(lines.map((line) => Buffer.byteLength(line))).size).toBe(1);
});

const run = (seconds: number) => ({ seconds, startSeconds: 1, endSeconds: 0.5 });
const one = { processes: 1, workers: 1, threads: 1, queue: false };
const throughput: Throughput = {
  lines: 12,
  tokens: 120,
  inputBytes: 1,
  outputBytes: 1,
  ways: [
    { ...one, shards: 1, rounds: [4, 4, 5].map(run) },
    { ...one, shards: 5, rounds: [6, 6, 9].map(run) },
    { ...one, workers: 2, queue: true, shards: 5, rounds: [3, 2, 4.5].map(run) },
  ],
};

test("the overhead of a shard is what the same lines take longer in five than in one, over four", () => {
  expect(shardOverhead(throughput)).toBe(0.5);
});

test("a row has the speed of its median round, and the median ratio to one worker", () => {
  const rows = throughputTable(throughput).trimEnd().split("\n").slice(2);
  expect(rows[1]).toBe("| 1 worker, 1 thread | 5 | 2 | 20 | 1.00 | 1.00 | 0.50 |");
  expect(rows[2]).toBe("| 2 workers, 1 thread, queue | 5 | 4 | 40 | 2.00 | 1.00 | 0.50 |");
});

test("predictions are a row each, those without a queue none in the queue's table", () => {
  const predictions = [predict(parts, scenario), predict({ ...parts, queue: undefined }, scenario)];
  expect(workTable(predictions).trimEnd().split("\n")).toHaveLength(4);
  expect(queueTable(predictions).trimEnd().split("\n")).toHaveLength(3);
});

test("every row of the tables of docs/scale.md is one of the results", () => {
  const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8").split("\n");
  const cells = (row: string) => row.split("|").map((cell) => cell.trim().replace(/-+/, "-")); // the formatter pads them
  const rows = (path: string) => read(path).flatMap((line) => (line.startsWith("|") ? [cells(line).join("|")] : []));
  const results = rows("../results/scale-generate.md");
  const document = rows("../../docs/scale.md");
  expect(document.length).toBeGreaterThan(40);
  expect(document.filter((row) => !results.includes(row))).toEqual([]);
});
