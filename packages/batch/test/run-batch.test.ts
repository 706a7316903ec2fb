/** Batches with worker threads whose answer is the line itself. */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { describe, expect, test, vi } from "vitest";
import { emptyFolder } from "../../cli/test/process.ts";
import { checkBatch } from "../src/merge.ts";
import { type Batch, type BatchProgress, runBatch } from "../src/run-batch.ts";
import { echoBatch, mergedText } from "./echo-batch.ts";
import { fileWith } from "./folder.ts";

const NONE = new URL("./no-such-worker.js", import.meta.url);
const entries = (...inputs: readonly string[]) =>
  inputs.map((input, i) => `${JSON.stringify({ line: i + 1, run: "run", input })}\n`).join("");
const results = (folder: string) => readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
const SIX = fileWith("a\nb\nc\nd\ne\nf\n");

describe("runBatch", () => {
  test("answers every line once, in order, whoever answers it", async () => {
    const batch = echoBatch([SIX], { workers: 2 });
    const outcome = await runBatch(batch);
    expect(outcome).toEqual({
      ...{ shards: 3, shardsDone: 3, lines: 6, linesDone: 6, linesBefore: 0 },
      ...{ failures: 0, isStopped: false },
    });
    expect(await checkBatch(batch.folder)).toEqual({ shards: 3, lines: 6, failures: 0 });
    expect(await mergedText(batch.folder)).toBe(entries("a", "b", "c", "d", "e", "f"));
    expect(readdirSync(join(batch.folder, "partial"))).toEqual([]);
  });

  test("does not do again what has its results, and does again what lost them", async () => {
    const log = join(emptyFolder(), "log");
    const batch = echoBatch([SIX], { data: { log } });
    await runBatch(batch);
    expect(await runBatch(batch)).toMatchObject({ linesDone: 6, linesBefore: 6 });
    expect(readFileSync(log, "utf8").trim().split("\n").length).toBe(6);
    rmSync(join(batch.folder, results(batch.folder)[0] as string));
    expect(await runBatch(batch)).toMatchObject({ linesDone: 6, linesBefore: 4 });
    expect(readFileSync(log, "utf8").trim().split("\n").length).toBe(8);
    expect(await mergedText(batch.folder)).toBe(entries("a", "b", "c", "d", "e", "f"));
  });

  test("removes what writers killed after they had linked their file left, and leaves the others'", async () => {
    const batch = echoBatch([SIX]);
    await runBatch(batch);
    const partial = join(batch.folder, "partial");
    for (const name of [...results(batch.folder), "batch.json", "other"])
      writeFileSync(join(partial, `${name}.1`), "half");
    expect(await runBatch(batch)).toMatchObject({ linesDone: 6, linesBefore: 6 });
    expect(readdirSync(partial)).toEqual(["other.1"]);
    rmSync(partial, { recursive: true }); // as in a copy that left out what was empty
    expect(await runBatch(batch)).toMatchObject({ linesDone: 6, linesBefore: 6 });
  });

  test("tells a worker of a shard what does not grow with the number of shards", async () => {
    const post = vi.spyOn(Worker.prototype, "postMessage");
    await runBatch(echoBatch([fileWith("abc\n".repeat(100))]));
    const lengths = post.mock.calls.map(([task]) => JSON.stringify(task).length);
    post.mockRestore();
    expect(lengths.length).toBe(100);
    expect(Math.max(...lengths)).toBeLessThan(1000);
  });

  test("does a part, and the parts together are the whole", async () => {
    const batch = echoBatch([SIX]);
    const parts = [0, 1].map((index) => runBatch({ ...batch, part: { index, count: 2 } }));
    expect((await Promise.all(parts)).map(({ lines }) => lines)).toEqual([4, 2]);
    expect(await mergedText(batch.folder)).toBe(entries("a", "b", "c", "d", "e", "f"));
  });

  test("two runs of the whole at once give each result once", async () => {
    const batch = echoBatch([SIX]);
    await Promise.all([runBatch(batch), runBatch(batch)]);
    await checkBatch(batch.folder);
    expect(results(batch.folder).length).toBe(3);
    expect(await mergedText(batch.folder)).toBe(entries("a", "b", "c", "d", "e", "f"));
  });

  test("names the file of each line if there are several", async () => {
    const batch = echoBatch([fileWith("a\n", "one.jsonl"), fileWith("b\n", "two.jsonl")]);
    await runBatch(batch);
    expect(await mergedText(batch.folder)).toBe(
      '{"file":"one.jsonl","line":1,"run":"run","input":"a"}\n{"file":"two.jsonl","line":1,"run":"run","input":"b"}\n',
    );
  });

  test("a line without an answer, or that cannot be read, is an entry with its number, and the others go on", async () => {
    const batch = echoBatch([
      fileWith(Buffer.concat([Buffer.from("a\nbad\n"), Buffer.from([0xff, 10]), Buffer.from("d")])),
    ]);
    expect(await runBatch(batch)).toMatchObject({ linesDone: 4, failures: 2 });
    expect(await mergedText(batch.folder)).toBe(
      '{"line":1,"run":"run","input":"a"}\n{"line":2,"run":"run","input":"bad","error":"a bad line"}\n' +
        '{"line":3,"run":"run","error":"the line is not UTF-8 text"}\n{"line":4,"run":"run","input":"d"}\n',
    );
    expect(await checkBatch(batch.folder)).toEqual({ shards: 2, lines: 4, failures: 2 });
  });

  test("a finished folder repeats how many entries are errors", async () => {
    const batch = echoBatch([fileWith("a\nbad\nc\nbad\n")]);
    expect(await runBatch(batch)).toMatchObject({ linesBefore: 0, failures: 2 });
    expect(await runBatch(batch)).toMatchObject({ linesDone: 4, linesBefore: 4, failures: 2 });
  });

  test("the signal ends the counting of a finished folder's errors", async () => {
    const batch = echoBatch([SIX]);
    await runBatch(batch);
    const controller = new AbortController();
    const run = runBatch({ ...batch, signal: controller.signal, onProgress: () => controller.abort() });
    await expect(run).rejects.toThrow("This operation was aborted");
  });

  test("results that do not name their file are not those of a batch of two files, nor the other way round", async () => {
    const [one, two] = [fileWith("a\n", "one.jsonl"), fileWith("b\n", "two.jsonl")];
    const batch = echoBatch([one]);
    for (const paths of [[one], [one, two], [one]]) {
      await runBatch({ ...batch, paths });
      expect(await checkBatch(batch.folder)).toMatchObject({ lines: paths.length });
      rmSync(join(batch.folder, "batch.json"));
    }
    expect(results(batch.folder).length).toBe(3);
  });

  test("what another process answers meanwhile was not there before, and counts for the rate", async () => {
    const batch = echoBatch([SIX]);
    await runBatch(batch);
    const folder = join(emptyFolder(), "out");
    const linesBefore: number[] = [];
    const onProgress = (progress: BatchProgress) => {
      if (linesBefore.length === 0)
        // the other one finishes when this one begins
        for (const name of results(batch.folder)) cpSync(join(batch.folder, name), join(folder, name));
      linesBefore.push(progress.linesBefore);
    };
    expect(await runBatch({ ...batch, folder, onProgress })).toMatchObject({ linesDone: 6, linesBefore: 0 });
    expect(new Set(linesBefore)).toEqual(new Set([0]));
  });

  test("the signal ends the reading of the inputs, for a new folder and a begun one", async () => {
    const path = fileWith(`${"a".repeat(1023)}\n`.repeat(1 << 11));
    const batch = echoBatch([path], { shardBytes: 1 << 19 });
    for (let i = 0; i < 2; i++) {
      const controller = new AbortController();
      const notes: string[] = [];
      const onNote = (note: string) => {
        notes.push(note);
        controller.abort();
      };
      const run = runBatch({ ...batch, module: NONE, signal: controller.signal, onNote });
      await expect(run).rejects.toThrow("This operation was aborted");
      expect(notes).toEqual(["reading the inputs: 2097152 bytes"]);
      if (i === 0) await runBatch({ ...batch, part: { index: 0, count: 4 } });
    }
  });

  test("an empty input is done at once", async () => {
    const batch = echoBatch([fileWith("")]);
    expect(await runBatch(batch)).toMatchObject({ shards: 0, lines: 0 });
    expect(await mergedText(batch.folder)).toBe("");
  });

  test("the signal ends a worker within a pass that does not yield; finished shards stay", async () => {
    const controller = new AbortController();
    const path = fileWith("a\nb\nhang\nd\n");
    const onProgress = ({ shardsDone }: BatchProgress) => void (shardsDone === 1 && controller.abort());
    const batch = echoBatch([path], { signal: controller.signal, onProgress });
    expect(await runBatch(batch)).toMatchObject({ shards: 3, shardsDone: 1, isStopped: true });
    expect(results(batch.folder).length).toBe(1);
  });

  test("a signal before the workers are ready is thrown", async () => {
    const controller = new AbortController();
    const batch = echoBatch([SIX], { signal: controller.signal });
    const run = runBatch(batch);
    controller.abort();
    await expect(run).rejects.toThrow("This operation was aborted");
  });

  test("a worker that is ended while it writes leaves nothing", async () => {
    const log = join(emptyFolder(), "log");
    writeFileSync(log, "");
    const batch = echoBatch([fileWith("hang in write\nthrow meanwhile\n")], { workers: 2, data: { log } });
    await expect(runBatch(batch)).rejects.toThrow("no answer to this line");
    expect(readFileSync(log, "utf8")).toContain("writing\n");
    expect(results(batch.folder)).toEqual([]);
    expect(readdirSync(join(batch.folder, "partial"))).toEqual([]);
  });

  test("what one shard throws ends the run, and the finished ones stay", async () => {
    const batch = echoBatch([fileWith("a\nb\nthrow\n")]);
    await expect(runBatch(batch)).rejects.toThrow("no answer to this line");
    expect(results(batch.folder).length).toBe(1);
  });

  test("a worker that ends by itself, or cannot begin, is an error with its name", async () => {
    await expect(runBatch(echoBatch([fileWith("exit\n")]))).rejects.toThrow("worker 0 ended with exit code 3");
    await expect(runBatch(echoBatch([fileWith("heap\n")]))).rejects.toThrow(
      "worker 0 has used up its memory; make shards or answers smaller, or use fewer workers",
    );
    const refused = runBatch(echoBatch([SIX], { data: { refuse: "no such model" }, workers: 2 }));
    await expect(refused).rejects.toMatchObject({ name: "RangeError", message: "no such model" });
  });
});

const DAMAGED =
  /^".*batch.json" is damaged, or of another version; delete it and run the same batch again, which keeps what is finished, or give another output folder$/;

describe("refused:", () => {
  async function begun(more: Partial<Batch> = {}): Promise<Batch> {
    const batch = echoBatch([fileWith("a\nb\nc\n")], { data: { settings: { "--top": 5 } }, ...more });
    await runBatch(batch);
    return batch;
  }

  test.each<[string, (batch: Batch) => Partial<Batch>, RegExp]>([
    [
      "another option",
      () => ({ data: { digest: "x", settings: { "--top": 3 } } }),
      /it has --top 5, this one 3; give the/,
    ],
    [
      "one more option",
      () => ({ data: { digest: "x", settings: { "--top": 5, "--bos": 1 } } }),
      /it has --bos none, this/,
    ],
    [
      "other weights",
      () => ({ data: { digest: "x", settings: { "--top": 5 } } }),
      /is another batch: it has weights or configuration of the model, digest run, this one x; give the same, or another/,
    ],
    ["other shards", () => ({ shardBytes: 5 }), /it has shard bytes 4, this one 5/],
    [
      "another input",
      () => ({ paths: [fileWith("a\nb\n")] }),
      /it has input in.jsonl \(6 bytes\), this one in.jsonl \(4 bytes\)/,
    ],
    ["a changed input", () => ({ paths: [fileWith("a\nb\nX\n")] }), /lines 3 to 3 are not what the batch began with/],
  ])("%s", async (_, change, message) => {
    const batch = await begun();
    await expect(runBatch({ ...batch, ...change(batch) })).rejects.toThrow(message);
  });

  test("two inputs of one name", async () => {
    await expect(runBatch(echoBatch([SIX, SIX]))).rejects.toThrow('two inputs have the name "in.jsonl"');
  });

  test("workers with different models", async () => {
    const batch = echoBatch([SIX], { workers: 2, data: { digests: ["one", "two"] } });
    await expect(runBatch(batch)).rejects.toThrow("two workers loaded different models: the model changed meanwhile");
  });

  test("a folder that cannot be made", async () => {
    const folder = join(SIX, "out");
    await expect(runBatch(echoBatch([SIX], { folder }))).rejects.toThrow(/cannot make the folder ".*out": ENOTDIR/);
  });

  test("a manifest of something else, or that is no JSON", async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, "batch.json"), "{}");
    await expect(runBatch(echoBatch([SIX], { folder }))).rejects.toThrow(DAMAGED);
    writeFileSync(join(folder, "batch.json"), "{");
    await expect(runBatch(echoBatch([SIX], { folder }))).rejects.toThrow(DAMAGED);
  });

  test("a manifest that is damaged in any part, by a run and by a check; without it, the run goes on", async () => {
    const batch = await begun();
    const path = join(batch.folder, "batch.json");
    const whole = readFileSync(path, "utf8");
    const { run, inputs, shards, ...others } = JSON.parse(whole);
    const parts = [
      { ...others, run, inputs },
      { ...others, run, inputs, shards: [{ ...shards[0], sha256: 1 }] },
      { ...others, run, inputs: [], shards },
      { ...others, run, inputs: [{ name: "in.jsonl" }], shards },
      { ...others, inputs, shards },
      { ...others, run: { digest: run.digest }, inputs, shards },
    ].map((part) => JSON.stringify(part));
    for (const text of ["null", "[]", "", "{}", whole.slice(0, 200), ...parts]) {
      writeFileSync(path, text);
      await expect(runBatch(batch)).rejects.toThrow(DAMAGED);
      await expect(checkBatch(batch.folder)).rejects.toThrow(DAMAGED);
    }
    rmSync(path);
    expect(await runBatch(batch)).toMatchObject({ lines: 3, linesBefore: 3 });
  });

  test("a run whose workers cannot begin, which leaves no folder", async () => {
    const batch = echoBatch([SIX], { data: { refuse: "no such model" } });
    await expect(runBatch(batch)).rejects.toThrow("no such model");
    expect(existsSync(batch.folder)).toBe(false);
  });
});
