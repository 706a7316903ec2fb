/** tsgpt train --log: refused where it would destroy the run, or the model that the run begins with. */
import { spawnSync } from "node:child_process";
import {
  closeSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkLog } from "../src/train/check-log.ts";
import { fails } from "./fails.ts";
import { emptyFolder, fixture, MAIN, tsgpt } from "./process.ts";

const BATCHES = join(fixture("training"), "batches.safetensors");
const { signal } = new AbortController();
const check = (log: string, folder: string, flags: object = {}) =>
  checkLog({ texts: [], flags: { kernels: "auto", ...flags, log } }, folder, signal);

test.each(["config.json", "checkpoint.safetensors", "model.safetensors", "tokenizer.json", "loss.svg", "train.lock"])(
  "%s of the run is refused, in a folder that is empty, by a link to it, and in one that is not there",
  async (name) => {
    const parent = emptyFolder();
    const [empty, link, missing] = ["empty", "link", "missing"].map((folder) => join(parent, folder)) as [
      string,
      string,
      string,
    ];
    mkdirSync(empty);
    symlinkSync(empty, link);
    for (const [log, folder] of [
      [empty, empty],
      [link, empty],
      [empty, link],
      [missing, missing],
    ] as const)
      await expect(check(join(log, name), folder)).rejects.toThrow("is a file of the run in --output; give another");
  },
);

test("the folder of the run is refused, another name in it is not", async () => {
  const folder = emptyFolder();
  const missing = join(folder, "missing");
  await expect(check(missing, missing)).rejects.toThrow(/^--log .* is the folder of --output; give another$/);
  await expect(check(join(folder, "log.jsonl"), folder)).resolves.toBeUndefined();
});

test("a file of the model of --from is refused, and a model that is gone hinders nothing", async () => {
  const [model, output] = [emptyFolder(), join(emptyFolder(), "run")];
  cpSync(fixture("tiny-tied"), model, { recursive: true });
  const log = join(model, "model.safetensors");
  const before = readFileSync(log);
  const args = ["train", "--from", model, "--batches", BATCHES, "--output", output, "--log", log];
  await fails(2, args, /--log .* is the same file as --from; give another\n/);
  expect([readFileSync(log).equals(before), existsSync(output)]).toEqual([true, false]);
  await expect(check(join(model, "log.jsonl"), output, { from: join(model, "gone") })).resolves.toBeUndefined();
});

test("a text that comes from standard input is refused", () => {
  const story = join(emptyFolder(), "story.txt");
  writeFileSync(story, "The fox.");
  const input = openSync(story, "r");
  const args = [MAIN, "train", "-", "--output", `${story}.run`, "--log", story];
  const { status, stderr } = spawnSync(process.execPath, args, { stdio: [input, "ignore", "pipe"] });
  closeSync(input);
  expect([status, String(stderr)]).toEqual([2, expect.stringContaining("is the same file as standard input")]);
  expect(readFileSync(story, "utf8")).toBe("The fox.");
});

test("a file of a run that is resumed is refused, by a hard link too", async () => {
  const [output, link] = [join(emptyFolder(), "run"), join(emptyFolder(), "link.jsonl")];
  const how = ["--from", fixture("tiny-tied"), "--batches", BATCHES, "--steps", "1", "--threads", "1"];
  expect((await tsgpt(["train", ...how, "--output", output])).code).toBe(0);
  linkSync(join(output, "model.safetensors"), link);
  const contents = () => readdirSync(output).map((name) => readFileSync(join(output, name), "base64"));
  const before = contents();
  const resume = ["train", "--output", output, "--resume", "--steps", "2", "--log"];
  const own = join(output, "checkpoint.safetensors");
  await fails(2, [...resume, own], /--log .* is a file of the run in --output; give another\n/);
  await fails(2, [...resume, link], /--log .* is the same file as model\.safetensors in --output; give another\n/);
  expect(contents()).toEqual(before);
});
