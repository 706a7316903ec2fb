import { execFile, spawn } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { randomCommand } from "../src/commands/random.ts";
import { emptyFolder, MAIN, tsgpt } from "./process.ts";

test("a folder that holds something is one clear line, and stays as it is", async () => {
  const folder = emptyFolder();
  writeFileSync(join(folder, "mine"), "");
  const { code, stdout, stderr } = await tsgpt(["random", "--preset", "gpt2", "--output", folder]);
  expect(code).toBe(1);
  expect(stdout).toBe("");
  expect(stderr).toBe(`error: cannot write "${folder}": it exists and is not empty\nsee tsgpt random --help\n`);
  expect(readdirSync(folder)).toEqual(["mine"]);
});

test.each([
  [["--preset", "gpt3", "--output", "x"], "Allowed choices are gpt2, gpt2-medium, gpt2-large, gpt2-xl"],
  [["--preset", "gpt2"], "required option '--output <folder>' not specified"],
  [["--output", "x"], "required option '--preset <size>' not specified"],
  [["--preset", "gpt2", "--output", "x", "--dtype", "int8"], "Allowed choices are f32, f16, bf16"],
  [["--preset", "gpt2", "--output", "x", "--seed", "4294967296"], "must be a whole number from 0 to 4294967295"],
])("random %j is a usage error", async (args, message) => {
  const { code, stderr } = await tsgpt(["random", ...args]);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

test("Ctrl-C in the middle of XL ends with 130 and leaves nothing", async () => {
  const folder = emptyFolder();
  const child = spawn(process.execPath, [MAIN, "random", "--preset", "gpt2-xl", "--output", join(folder, "xl")]);
  const isWriting = () => readdirSync(folder).some((name) => readdirSync(join(folder, name)).length === 2);
  while (!isWriting()) await new Promise((resolve) => setTimeout(resolve, 5));
  child.kill("SIGINT");
  expect(await new Promise((resolve) => child.on("close", resolve))).toBe(130);
  expect(readdirSync(folder)).toEqual([]);
});

test("interrupted before anything is written, there is nothing either", async () => {
  const folder = emptyFolder();
  const running = randomCommand({ preset: "gpt2", output: join(folder, "x"), seed: 1, dtype: "f32" });
  const outcome = expect(running).rejects.toMatchObject({ name: "AbortError" });
  process.emit("SIGINT");
  await outcome;
  expect(readdirSync(folder)).toEqual([]);
});

test.runIf(process.platform !== "win32")(
  "a file that the system cuts short is one clear line and leaves nothing",
  async () => {
    const folder = emptyFolder();
    mkdirSync(join(folder, "model"));
    const command = `ulimit -f 4096; exec "$0" "$@"`; // at most 2 or 4 MB, by the shell
    const args = ["random", "--preset", "gpt2", "--output", join(folder, "model")];
    const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) =>
      execFile("sh", ["-c", command, process.execPath, MAIN, ...args], (error, _, stderr) =>
        resolve({ code: error?.code, stderr }),
      ),
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: cannot write ".*model": EFBIG: file too large, write\nsee tsgpt random --help\n$/);
    expect(readdirSync(folder)).toEqual(["model"]);
    expect(readdirSync(join(folder, "model"))).toEqual([]);
  },
);
