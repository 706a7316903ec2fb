/** Relative paths are those of the directory the process runs in, whatever npm or pnpm has put into INIT_CWD. */
import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { emptyFolder, fixture, tsgpt } from "./process.ts";

test("paths of every kind: @file, a model, --output, a folder to write, files to compare, --cache-dir", async () => {
  const [here, elsewhere] = [emptyFolder(), emptyFolder()];
  cpSync(fixture("tiny-tied"), join(here, "model"), { recursive: true });
  writeFileSync(join(here, "story.txt"), "The king\n");
  mkdirSync(join(here, "cache"));
  const run = async (...args: string[]) => {
    const outcome = await tsgpt(args, { cwd: here, env: { INIT_CWD: elsewhere } });
    expect([args[0], outcome.code]).toEqual([args[0], 0]);
    return outcome.stdout;
  };
  expect(JSON.parse(await run("tokens", "@story.txt", "--json")).tokens.join("")).toBe("The king");
  expect(await run("models", "--cache-dir", "cache")).toMatch(/^cache: .*cache$/m);
  await run("logits", "--model", "./model", "--tokens", "1,2", "--output", "x.safetensors");
  expect(await run("compare", "x.safetensors", "x.safetensors")).toMatch(/all 2 agree/);
  await run("convert", "model", "smaller", "--dtype", "f16");
  expect(readdirSync(here).sort()).toEqual(["cache", "model", "smaller", "story.txt", "x.safetensors"]);
  expect(readdirSync(elsewhere)).toEqual([]);
});
