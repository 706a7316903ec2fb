import { expect, test } from "vitest";
import { withLoadProgress } from "../src/terminal/load-progress.ts";

/** What a load of 200 MB writes that reports a tenth of it every `step` milliseconds. */
async function written(
  step: number,
  isTTY = true,
  fails = false,
  doing: "loading" | "writing" = "loading",
): Promise<string[]> {
  const lines: string[] = [];
  let time = 0;
  const load = withLoadProgress(
    async (onProgress) => {
      for (let tenth = 1; tenth <= 10; tenth++) {
        time += step;
        onProgress({ loaded: tenth * 20e6, total: 200e6 });
      }
      if (fails) throw new Error("cut short");
      return "model";
    },
    { terminal: { isTTY, write: (text) => lines.push(text) }, now: () => time, doing },
  );
  if (fails) await expect(load).rejects.toThrow("cut short");
  else expect(await load).toBe("model");
  return lines;
}

test("after half a second a line that replaces itself, and is cleared at the end", async () => {
  expect(await written(130)).toEqual([
    "\r\x1b[Kloading: 40 % of 200 MB",
    "\r\x1b[Kloading: 50 % of 200 MB",
    "\r\x1b[Kloading: 60 % of 200 MB",
    "\r\x1b[Kloading: 70 % of 200 MB",
    "\r\x1b[Kloading: 80 % of 200 MB",
    "\r\x1b[Kloading: 90 % of 200 MB",
    "\r\x1b[Kloading: 100 % of 200 MB",
    "\r\x1b[K",
  ]);
});

test("at most ten lines a second", async () => {
  expect(await written(60)).toEqual(["\r\x1b[Kloading: 90 % of 200 MB", "\r\x1b[K"]);
});

test("a load that is over within half a second says nothing", async () => {
  expect(await written(49)).toEqual([]);
});

test("nothing is written where stderr is no terminal", async () => {
  expect(await written(1000, false)).toEqual([]);
});

test("the line is cleared when a load fails", async () => {
  expect((await written(1000, true, true)).at(-1)).toBe("\r\x1b[K");
});

test("a command that writes says so", async () => {
  expect(await written(1000, true, false, "writing")).toContain("\r\x1b[Kwriting: 50 % of 200 MB");
});
