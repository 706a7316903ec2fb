/** Runs that are killed, stopped, or out of space: what is there is whole, and the same command finishes the rest. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FULL } from "../../../test/setup/sample.ts";
import { hasRedis, startRedis } from "../../batch/test/redis.ts";
import { cleanEnvironment } from "./clean-environment.ts";
import { emptyFolder, fixture, MAIN, spawned, tsgpt } from "./process.ts";

const LINES = FULL ? 24 : 12;
const INPUT = join(emptyFolder(), "in.jsonl");
writeFileSync(INPUT, Array.from({ length: LINES }, (_, i) => `"There were ${i} kings"\n`).join(""));
const MODEL = ["--model", fixture("fairytales-1"), "--threads", "1"];

const argsFor = (output: string) => [
  "batch",
  "generate",
  INPUT,
  "--output",
  output,
  "--shard-bytes",
  "50",
  "--max-tokens",
  "16",
  ...MODEL,
];
const finished = (output: string) =>
  existsSync(output) ? readdirSync(output).filter((name) => name.endsWith(".jsonl")) : [];

/** Ends the run with a signal as soon as it has so many finished shards. */
async function endedBy(signal: NodeJS.Signals, output: string, shards: number) {
  const child = spawn(process.execPath, [MAIN, ...argsFor(output)], { stdio: "pipe", env: cleanEnvironment() });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const closed = once(child, "close");
  let isOpen = true;
  void closed.then(() => {
    isOpen = false;
  });
  while (isOpen && finished(output).length < shards) await new Promise((resolve) => setTimeout(resolve, 2));
  child.kill(signal);
  const [code] = await closed;
  return { code, stderr };
}

/** The joined results after the command has run to its end once more, and what it found done. */
async function resumed(output: string) {
  const before = new Map(finished(output).map((name) => [name, readFileSync(join(output, name), "utf8")]));
  const { stderr, code } = await tsgpt(argsFor(output));
  expect(code).toBe(0);
  for (const [name, text] of before) expect(readFileSync(join(output, name), "utf8")).toBe(text);
  expect(readdirSync(join(output, "partial"))).toEqual([]);
  return { stderr, joined: (await tsgpt(["batch", "merge", output])).stdout };
}

let expected: Promise<string> | undefined;
/** What a run without interruption gives. */
const uninterrupted = () => {
  expected ??= resumed(join(emptyFolder(), "out")).then(({ joined }) => joined);
  return expected;
};

describe.skipIf(process.platform === "win32")("a run", { timeout: 120_000 }, () => {
  test("that is killed again and again loses nothing, and does nothing twice", async () => {
    const output = join(emptyFolder(), "out");
    for (const shards of FULL ? [1, 2, 4, 6, 8] : [3]) await endedBy("SIGKILL", output, shards);
    const { stderr, joined } = await resumed(output);
    expect(stderr).toMatch(/ of them before this run/);
    expect(joined).toBe(await uninterrupted());
  });

  test.skipIf(!FULL).each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("that %s stops says how to go on", async (signal, exitCode) => {
    const output = join(emptyFolder(), "out");
    const { code, stderr } = await endedBy(signal, output, 2);
    expect(code).toBe(exitCode);
    expect(stderr).toMatch(/\nstopped: \d+ of \d+ shards done; run the same command again to resume\n$/);
    expect((await resumed(output)).joined).toBe(await uninterrupted());
  });

  test.skipIf(!FULL || !hasRedis)("of two processes through a queue gives the same", async () => {
    const redis = await startRedis(emptyFolder());
    const output = join(emptyFolder(), "out");
    try {
      const both = [0, 1].map(() => spawned([...argsFor(output), "--queue", redis.url]));
      expect((await Promise.all(both)).map(({ code }) => code)).toEqual([0, 0]);
    } finally {
      await redis.kill();
    }
    expect((await resumed(output)).joined).toBe(await uninterrupted());
  });

  test.skipIf(!FULL)(
    "that cannot write more says so, leaves nothing half written, and goes on when there is space",
    async () => {
      const output = join(emptyFolder(), "out");
      const limited = `ulimit -f 4; exec "$0" "$@"`; // 512-byte blocks: the manifest fits, the results of a shard do not
      const child = spawn("sh", ["-c", limited, process.execPath, MAIN, ...argsFor(output)], {
        stdio: "pipe",
        env: cleanEnvironment(),
      });
      let stderr = "";
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        stderr += text;
      });
      const [code] = await once(child, "close");
      expect(stderr).toMatch(
        /error: cannot write ".*\.jsonl": EFBIG: file too large, write; make space and start the same run again: what is finished is kept\n/,
      );
      expect(code).toBe(1);
      expect(finished(output)).toEqual([]);
      expect(readdirSync(join(output, "partial"))).toEqual([]);
      expect((await resumed(output)).joined).toBe(await uninterrupted());
    },
  );
});
