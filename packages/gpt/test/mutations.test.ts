/**
 * Mutated config.json and model.safetensors.index.json that transformers 5.18 reads too, recorded by number: what is read is the same.
 * generation_config.json is in packages/cli/test/mutations.test.ts, where what it does to a text is known. Further mutations load or give one
 * line. A sample of both; TSGPT_FULL=1 takes all: 2,000 of each, and 40,000.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { FULL } from "../../../test/setup/sample.ts";
import { mutationReaders } from "./fuzz/mutation-readers.ts";
import { digest, type MutatedFile, mutatedFile, mutatedFiles, mutation, type Recorded } from "./fuzz/mutations.ts";

const SLOWEST = 300_000; // milliseconds, for all of them on a busy machine
const recorded = (name: string): Recorded<unknown> =>
  JSON.parse(readFileSync(new URL(`./fixtures/mutations/${name}`, import.meta.url), "utf8"));

test.each(mutatedFiles)("the recording of $name is of the mutations that are made here", (file) => {
  const { indices, sha256 } = recorded(file.name);
  expect(indices.length).toBeGreaterThanOrEqual(2000);
  expect(digest(file, indices)).toBe(sha256);
});

/** What is read of every mutation recorded, or of one in ten, and what is expected. */
async function readAll(name: MutatedFile["name"], expected: (result: unknown) => unknown) {
  const { indices, which, results } = recorded(name);
  const wrong: string[] = [];
  for (const [i, index] of indices.entries()) {
    if (!FULL && i % 10 !== 0) continue;
    const text = mutation(mutatedFile(name), index);
    const read = JSON.stringify(await mutationReaders[name].read(text));
    const wanted = JSON.stringify(expected(results[which[i] as number]));
    if (read !== wanted) wrong.push(`${text}: read as ${read}, by the reference as ${wanted}`);
  }
  return wrong;
}

test("a config.json is read as GPT2Config reads it", async () => {
  expect(await readAll("config.json", (values) => values)).toEqual([]);
});

test("an index gives the weights that from_pretrained finds", { timeout: SLOWEST }, async () => {
  const name = "model.safetensors.index.json";
  const unmutated = await mutationReaders[name].read(mutatedFile(name).text);
  expect(recorded(name).results).toEqual(["same"]);
  expect(await readAll(name, () => unmutated)).toEqual([]);
});

describe.each(mutatedFiles)("$name", (file) => {
  test("any mutation is read, or refused in one line", { timeout: SLOWEST }, async () => {
    const { error, read } = mutationReaders[file.name];
    const findings: string[] = [];
    for (let index = 100_000; index < 100_000 + (FULL ? 40_000 : 1000); index++) {
      const text = mutation(file, index);
      try {
        await read(text);
      } catch (thrown) {
        if (!(thrown instanceof error) || thrown.message.includes("\n")) findings.push(`${text}: ${thrown}`);
      }
    }
    expect(findings).toEqual([]);
  });
});
