/** The model of many workers, on parts made up and computed by hand; what is read of Redis; the inputs. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { LOCK } from "../../packages/batch/src/queues/answer-from-queue.ts";
import { LONGEST_LOOK, LOOK, nextLook } from "../../packages/batch/src/queues/look.ts";
import { ENOUGH, OFFER } from "../../packages/batch/src/queues/offers.ts";
import { partsOf } from "../src/scale/measured.ts";
import {
  CONSTANTS,
  looksPerSecond,
  type Parts,
  predict,
  type QueueParts,
  workersForRedis,
} from "../src/scale/model.ts";
import { LEFT } from "../src/scale/queue-parts.ts";
import { between, parseInfo, totalCalls } from "../src/scale/redis.ts";
import { queueTable, throughputTable, workTable } from "../src/scale/tables.ts";
import { shardOverhead, type Throughput } from "../src/scale/throughput.ts";
import { inputLines } from "../src/scale/workload.ts";

const queue: QueueParts = {
  secondsPerShard: 1e-3,
  callsPerShard: 30,
  bytesPerShard: 2000,
  secondsPerMinute: 0.06,
  callsPerMinute: 60,
  bytesPerMinute: 6000,
  secondsPerOffer: 1e-4,
  callsPerOffer: 6,
  bytesPerOffer: 800,
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
  fileOperationsPerShard: 7,
  listSecondsPerFile: 1e-6,
  queue,
};
const scenario = { workers: 4, shardBytes: 10_000, hours: 1, price: 1 };

describe("predict", () => {
  test("a shard of 100 lines of 10 tokens takes 10 s at 100 tokens/s, and its overhead", () => {
    expect(predict(parts, scenario)).toMatchObject({ machines: 2, shardSeconds: 11, shards: 1440 }); // 4 * 3600 / 10
  });

  test("wall time is the start with a pass over 14.4 MB, and 360 shards each", () => {
    const { startSeconds, seconds, inputBytes } = predict(parts, scenario);
    expect([inputBytes, startSeconds, seconds]).toEqual([14_400_000, 16.4, 16.4 + 360 * 11]);
  });

  test("2 shards on 2 workers take one shard's time, and a third as much again", () => {
    const few = (hours: number) => predict(parts, { ...scenario, workers: 2, hours });
    const [two, three] = [few(10 / 3600), few(15 / 3600)];
    expect([two.shards, three.shards]).toEqual([2, 3]);
    expect(two.seconds - two.startSeconds).toBeCloseTo(two.shardSeconds);
    expect(three.seconds - three.startSeconds).toBeCloseTo(2 * three.shardSeconds);
  });

  test("two machines at 1 USD for 3976.4 s make 1.44 million tokens", () => {
    const { tokensPerHour, usdPerMillionTokens } = predict(parts, scenario);
    expect(tokensPerHour).toBeCloseTo((1_440_000 * 3600) / 3976.4);
    expect(usdPerMillionTokens).toBeCloseTo((2 * 3976.4) / 3600 / 1.44);
  });

  test("the folder takes a result of 100 kB, in one write, and 7 operations from each worker every 11 s", () => {
    const { fileOperationsPerSecond, writtenBytesPerSecond, manifestBytes } = predict(parts, scenario);
    expect(fileOperationsPerSecond).toBeCloseTo((4 / 11) * 8);
    expect(writtenBytesPerSecond).toBeCloseTo((4 / 11) * 100_000);
    expect(manifestBytes).toBe(144_000);
    const large = predict(parts, { ...scenario, shardBytes: 1_000_000 }); // 10 MB are 10 writes
    expect(large.fileOperationsPerSecond).toBeCloseTo((4 / 1001) * 17);
  });

  test("at the end each of two processes offers the two shards of the other, and lists all 1,440", () => {
    const load = predict(parts, scenario).queue;
    const [results, offers, looks] = [4 / 11, 2 * 2 * (1 / 11 + 1 / 30), looksPerSecond(2 / 11)];
    expect(load?.redisLoad).toBeCloseTo(results * 1e-3 + (2 * 0.06) / 60 + offers * 1e-4, 8);
    expect(load?.callsPerSecond).toBeCloseTo(results * 30 + 2 + offers * 6);
    expect(load?.bytesPerSecond).toBeCloseTo(results * 2000 + 200 + offers * 800);
    expect(load?.listedPerSecond).toBeCloseTo(2 * looks * 1440);
    expect(load?.listingLoad).toBeCloseTo(looks * 1440e-6);
    expect(load?.checkedBytes).toBe(28_800_000);
  });

  test("no process offers more than 256 at once: its part of Redis's load is bounded", () => {
    const load = (workers: number) => predict(parts, { ...scenario, workers }).queue?.redisLoad as number;
    expect(load(8000) / load(1000)).toBeCloseTo(8, 1);
  });

  test("without a queue nothing is said of one", () => {
    expect(predict({ ...parts, queue: undefined }, scenario).queue).toBeUndefined();
  });
});

describe("looks for results", () => {
  test("are as seldom as can be without results, as frequent as can be with many, and between with few", () => {
    expect([looksPerSecond(0), looksPerSecond(1000)]).toEqual([0.25, 2]);
    // Half a second without one has the probability 0.7, then 1 s: 0.5, 2 s: 0.25, and 4 s, which repeats: 0.0625.
    const second = Math.SQRT1_2;
    const [third, fourth] = [second * 0.5, (second * 0.5 * 0.25) / (1 - 0.0625)];
    const seconds = 0.5 + second + 2 * third + 4 * fourth;
    expect(looksPerSecond(Math.LN2)).toBeCloseTo((1 + second + third + fourth) / seconds, 4);
  });

  test("have the pauses that packages/batch has, and its offers their numbers", () => {
    const pauses = [LOOK];
    while (pauses.at(-1) !== LONGEST_LOOK) pauses.push(nextLook(pauses.at(-1) as number, false));
    expect(pauses.map((pause) => pause / 1000)).toEqual(CONSTANTS.looks);
    expect(nextLook(LONGEST_LOOK, true)).toBe(LOOK);
    expect([CONSTANTS.offerSeconds, CONSTANTS.offer]).toEqual([LOCK / 1000, OFFER]);
    expect(LEFT).toBeLessThanOrEqual(ENOUGH); // so that all but one are offered each time
  });
});

test("the model starts from two workers without a queue, and a shard's operations besides its writes", () => {
  const times = { workers: 2, threads: 1, processes: 1, shards: 5 };
  const ways = [
    ...throughput.ways,
    { ...times, queue: false, rounds: [run(4)] },
    { ...times, queue: true, rounds: [run(9)] },
  ];
  const operations = ["open", "writeFile", "link"].map((name) => ({ name, perShard: 1, milliseconds: 0 }));
  const files = { operations, manifestBytes: 1 };
  const measured = { throughput: { ...throughput, ways }, files, scan: 1, listing: 1, queue: undefined, load: [] };
  expect(partsOf(measured)).toMatchObject({ tokensPerSecond: 30, fileOperationsPerShard: 2 });
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
