import { describe, expect, test } from "vitest";
import { timeLeft, withPassProgress } from "../src/terminal/pass-progress.ts";

test.each([
  [0.2, "1 s"],
  [59, "59 s"],
  [125, "2 min 5 s"],
  [3720, "1 h 2 min"],
])("%d seconds are %s", (seconds, text) => {
  expect(timeLeft(seconds)).toBe(text);
});

describe("progress", () => {
  const run = async (isTTY: boolean) => {
    const written: string[] = [];
    let now = 0;
    const terminal = { isTTY, write: (text: string) => written.push(text) };
    const result = await withPassProgress(
      async (onProgress) => {
        now = 400;
        onProgress(1, 100);
        now = 10_000;
        onProgress(25, 100); // 10 s for a quarter: 30 s for the rest
        return "done";
      },
      { terminal, now: () => now },
    );
    return { written: written.join(""), result };
  };

  test("is one line after half a second, with the time left, and is cleared", async () => {
    expect(await run(true)).toEqual({ written: "\r\x1b[Kscoring: 25 %, 30 s left\r\x1b[K", result: "done" });
  });

  test("is nothing without a terminal", async () => {
    expect((await run(false)).written).toBe("");
  });

  test("is cleared when the work is given up", async () => {
    const written: string[] = [];
    let now = 0;
    const terminal = { isTTY: true, write: (text: string) => written.push(text) };
    const work = withPassProgress(
      async (onProgress) => {
        now = 1000;
        onProgress(1, 2);
        throw new Error("enough");
      },
      { terminal, now: () => now },
    );
    await expect(work).rejects.toThrow("enough");
    expect(written.at(-1)).toBe("\r\x1b[K");
  });
});
