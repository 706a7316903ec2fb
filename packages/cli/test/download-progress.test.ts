import type { HubEvent } from "@tsgpt/hub";
import { expect, test } from "vitest";
import { withDownloadProgress } from "../src/terminal/download-progress.ts";

const START: HubEvent = { kind: "start", parameters: 124_439_808, bytes: 0, totalBytes: 548e6 };
const at = (megabytes: number): HubEvent => ({ kind: "progress", bytes: megabytes * 1e6, totalBytes: 548e6 });

/** What is written for events at these milliseconds. */
async function written(events: [time: number, event: HubEvent][], isTTY = true): Promise<string[]> {
  const lines: string[] = [];
  let time = 0;
  const task = async (onEvent: (event: HubEvent) => void) => {
    for (const [when, event] of events) {
      time = when;
      onEvent(event);
    }
  };
  await withDownloadProgress(task, { isTTY, write: (text) => lines.push(text) }, () => time);
  return lines;
}

test("on a terminal: what is coming, then a bar with bytes, speed and time left, and at the end nothing of it", async () => {
  // 100 MB in 2 s are 50 MB/s, and 448 MB are 8.96 s of that
  expect(
    await written([
      [0, START],
      [2000, at(100)],
    ]),
  ).toEqual([
    "downloading 124.4 million parameters, 548 MB\n",
    "\r\x1b[K[###.................] 18 %, 100 MB of 548 MB, 50.0 MB/s, 9 s left",
    "\r\x1b[K",
  ]);
});

test("at most ten bars a second", async () => {
  expect(
    await written([
      [0, START],
      [99, at(1)],
      [100, at(2)],
      [150, at(3)],
      [200, at(4)],
    ]),
  ).toHaveLength(4);
});

test("the speed is that of the last five seconds", async () => {
  const events: [number, HubEvent][] = [
    [0, START],
    [1000, at(100)],
    [6000, at(110)],
    [11_000, at(120)],
  ];
  expect((await written(events)).at(-2)).toMatch(/120 MB of 548 MB, 2\.00 MB\/s, 3 min 34 s left$/);
});

test("what was there before counts as there, and not as speed", async () => {
  const [first, second] = await written([
    [0, { ...START, bytes: 500e6 }],
    [1000, at(510)],
  ]);
  expect(first).toBe("downloading 124.4 million parameters, 548 MB; resuming at 500 MB\n");
  expect(second).toMatch(/93 %, 510 MB of 548 MB, 10\.0 MB\/s, 4 s left$/);
});

test("a server that makes it begin again takes the bar back, without a speed below nothing", async () => {
  expect(
    (
      await written([
        [0, START],
        [1000, at(100)],
        [2000, at(10)],
      ])
    ).at(-2),
  ).toBe("\r\x1b[K[....................] 1 %, 10.0 MB of 548 MB");
});

test("a wait is told in the bar's place", async () => {
  const retry: HubEvent = { kind: "retry", reason: "too many requests", seconds: 7.2 };
  expect(
    (
      await written([
        [0, START],
        [10, retry],
        [8000, at(1)],
      ])
    )[1],
  ).toBe("\r\x1b[Ktoo many requests: retrying in 8 s");
});

test("another process at the same model is told", async () => {
  expect(await written([[0, { kind: "waiting" }]])).toEqual(["another process is downloading this model: waiting\n"]);
});

test("in a log: a line every ten seconds, and long waits alone", async () => {
  const retry = (seconds: number): HubEvent => ({ kind: "retry", reason: "busy", seconds });
  const events: [number, HubEvent][] = [
    [0, START],
    [100, retry(8)],
    [5000, at(50)],
    [10_000, at(100)],
    [10_001, retry(90)],
  ];
  expect(await written(events, false)).toEqual([
    "downloading 124.4 million parameters, 548 MB\n",
    "18 %, 100 MB of 548 MB, 10.0 MB/s, 45 s left\n",
    "busy: retrying in 1 min 30 s\n",
  ]);
});
