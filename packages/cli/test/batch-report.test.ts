/** What tsgpt batch says of its progress: shards, lines, rate, time left. */
import { expect, test } from "vitest";
import { batchProgress, finishedText, mergedText, progressText, stoppedText } from "../src/terminal/batch-report.ts";

const CLEAR = "\r\u001b\\[K";
const progress = { shards: 40, shardsDone: 3, lines: 16_000, linesDone: 1200, linesBefore: 200 };

test("the rate is that of this run, and the time left follows from it: 1000 lines in 10 s, 14800 in 148 s", () => {
  expect(progressText(progress, 10)).toBe("3 of 40 shards, 1200 of 16000 lines, 100.0 lines/s, 2 min 28 s left");
});

test("there is no rate before the first line", () => {
  expect(progressText({ ...progress, linesDone: 200 }, 10)).toBe("3 of 40 shards, 200 of 16000 lines");
});

/** What is written while the clock goes on by `step` a line. */
function written(isTTY: boolean, quiet: boolean, step: number): string {
  let text = "";
  let time = 0;
  const terminal = {
    isTTY,
    write: (piece: string) => {
      text += piece;
    },
  };
  const shown = batchProgress(terminal, quiet, () => time);
  for (let linesDone = 0; linesDone <= 20; linesDone++) {
    shown.show({ shards: 2, shardsDone: 0, lines: 20, linesDone, linesBefore: 0 });
    time += step;
  }
  shown.close();
  return text;
}

test("without a terminal it is a line at each tenth", () => {
  const lines = written(false, false, 100).trimEnd().split("\n");
  expect(lines.length).toBe(11); // the first line, and ten tenths
  expect(lines.at(-1)).toBe("0 of 2 shards, 20 of 20 lines, 10.0 lines/s, 0 s left");
});

test("on a terminal it is one line, which is cleared", () => {
  expect(written(true, false, 100)).toMatch(new RegExp(`^(${CLEAR}0 of 2 shards, \\d+ of 20 lines.*?left)+${CLEAR}$`));
});

test("--quiet writes nothing", () => {
  expect([written(true, true, 100), written(false, true, 100)]).toEqual(["", ""]);
});

test("the end says what is there and what comes next", () => {
  const outcome = { ...progress, linesDone: 16_000, shardsDone: 40, failures: 2, isStopped: false };
  expect(finishedText(outcome, { part: { index: 0, count: 1 }, output: "out", seconds: 2 })).toBe(
    "40 shards, 16000 lines, 200 of them before this run, 2 with an error in its entry, 2.0 s\njoin the results: tsgpt batch merge out\n",
  );
  expect(stoppedText(progress)).toBe("stopped: 3 of 40 shards done; run the same command again to resume\n");
  expect(stoppedText()).toBe("stopped; run the same command again to resume\n");
  expect(mergedText({ shards: 1, lines: 1, failures: 0 })).toBe("1 shard, 1 line: each line is answered once\n");
});
