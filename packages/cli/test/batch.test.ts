/** tsgpt batch as a user meets it: each entry is what the single command prints for that line, and nothing is lost. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sample } from "../../../test/setup/sample.ts";
import { fails } from "./fails.ts";
import { violations } from "./json-schema.ts";
import { emptyFolder, fixture, tsgpt } from "./process.ts";

const MODEL = ["--model", fixture("fairytales-1"), "--threads", "1"];
const TEXTS = ["Once upon a time there was a king", "The wolf\nsaid: “no”", "She had three sons, and he gave them"];
const LONG = "wolf ".repeat(1100);
/** Two lines that have no answer: broken JSON, and too long for the context. */
const LINES = [
  JSON.stringify(TEXTS[0]),
  '{"input": "broken',
  JSON.stringify({ input: TEXTS[1], id: 7 }),
  JSON.stringify(LONG),
  JSON.stringify(TEXTS[2]),
];
const folder = emptyFolder();
const INPUT = join(folder, "in.jsonl");
writeFileSync(INPUT, `${LINES.join("\n")}\n`);
/** The inputs of the lines that are any, by their index. */
const INPUTS = new Map([
  [0, TEXTS[0] as string],
  [2, TEXTS[1] as string],
  [3, LONG],
  [4, TEXTS[2] as string],
]);

type Entry = Record<string, unknown>;

/** The entries of a batch in shards of one or two lines, by two workers. */
async function entriesOf(job: string, options: readonly string[]): Promise<Entry[]> {
  const output = join(emptyFolder(), "out");
  const ran = await tsgpt([
    "batch",
    job,
    INPUT,
    "--output",
    output,
    "--shard-bytes",
    "60",
    "--workers",
    "2",
    ...options,
  ]);
  expect(ran.code).toBe(0);
  expect(ran.stderr).toMatch(
    /\n\d shards, 5 lines, \d with an error in its entry, [\d.]+ s\njoin the results: tsgpt batch merge .*out\n$/,
  );
  const { stdout, stderr, code } = await tsgpt(["batch", "merge", output]);
  expect(stderr).toMatch(/^\d shards, 5 lines, \d with an error: each line is answered once\n$/);
  expect(code).toBe(1);
  return parsed(stdout);
}

const parsed = (text: string): Entry[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

/** An entry without what the batch adds, and what a single command prints without its times. */
function withoutAdded({ line: _, run: __, input: ___, extra: ____, timings: _____, ...others }: Entry): Entry {
  return others;
}

/** What a job's entries must be besides those of the single command. */
interface Case {
  readonly job: string;
  readonly options: readonly string[];
  readonly others: (entries: readonly Entry[]) => void;
}

const SCHEMA = JSON.parse(readFileSync(new URL("../schemas/score.json", import.meta.url), "utf8"));
const CASES: readonly Case[] = [
  {
    job: "detect",
    options: ["--watermark-key", "42", "--perturbations", "2", "--seed", "3"],
    others: (entries) => expect(entries[3]).toMatchObject({ scored: 1101, detectGpt: expect.any(Number) }),
  },
  {
    job: "generate",
    options: ["--seed", "5", "--max-tokens", "6", "--top-p", "0.8", "--logprobs", "2", "--stop", "."],
    others: (entries) => {
      expect(entries[1]).toEqual({ line: 2, run: entries[0]?.["run"], error: expect.stringMatching(/^not JSON: /) });
      const error = "the prompt has 1,102 tokens; the model takes 512; shorten the prompt";
      expect(entries[3]).toEqual({ line: 4, run: entries[0]?.["run"], input: LONG, error });
    },
  },
  {
    job: "score",
    options: ["--top", "2", "--bos"],
    others: (entries) => {
      for (const line of [0, 2, 3, 4]) expect(violations(withoutAdded(entries[line] as Entry), SCHEMA)).toEqual([]);
      expect(entries[3]?.["ids"]).toHaveLength(1102); // in windows: not too long
    },
  },
  {
    job: "score",
    options: ["--top", "0", "--recipe", "llama.cpp"],
    others: async (entries) => {
      const error = /^text: the llama.cpp recipe needs two chunks of 512 tokens, 1024 or more, got/;
      expect(entries[0]?.["error"]).toMatch(error);
    },
  },
];

describe("each entry is what the single command prints:", { timeout: 120_000 }, () => {
  test.each(sample(CASES, 2))("$job $options", async ({ job, options, others }) => {
    const entries = await entriesOf(job, [...MODEL, ...options]);
    others(entries);
    for (const [line, input] of sample([...INPUTS.entries()], 1)) {
      const found = entries[line] as Entry;
      const { stdout, stderr } = await tsgpt([job, input, ...MODEL, ...options, "--json"]);
      if (found["error"]) expect(stderr).toContain(`error: ${found["error"]}\n`);
      else expect(withoutAdded(found)).toEqual(withoutAdded(JSON.parse(stdout)));
    }
  });

  test.each(
    sample(
      [
        ["Once: {{input}}\n", ["--greedy", "--max-tokens", "4"]],
        ["{{input}} took\n", ["--choices", " his, her own", "--normalize", "prior"]],
      ] as const,
      1,
    ),
  )("prompt %o %o: to the byte what prompt --file writes", async (body, more) => {
    const [template, output] = [join(emptyFolder(), "template.txt"), join(emptyFolder(), "out")];
    writeFileSync(template, body);
    const options = [...MODEL, ...more];
    await tsgpt([
      "batch",
      "prompt",
      INPUT,
      "--template",
      template,
      "--output",
      output,
      "--shard-bytes",
      "1",
      ...options,
    ]);
    const { stdout } = await tsgpt(["batch", "merge", output]);
    expect(stdout).toBe((await tsgpt(["prompt", template, "--file", INPUT, ...options])).stdout);
    expect(parsed(stdout).length).toBe(5);
  });
});

describe("a folder", () => {
  test("of another batch is refused by the name of the option", async () => {
    const output = join(emptyFolder(), "out");
    const args = ["batch", "score", INPUT, "--output", output, "--quiet", ...MODEL];
    expect(await tsgpt([...args, "--top", "0"])).toEqual({ code: 0, stdout: "", stderr: "" });
    await fails(
      1,
      [...args, "--top", "1"],
      /is another batch: it has --top 0, this one 1; give the same, or another out/,
    );
    await fails(1, ["batch", "detect", ...args.slice(2)], /is another batch: it has job "score", this one "detect"/);
  });

  test("of parts is whole when all of them are done, and merge writes a file", async () => {
    const output = join(emptyFolder(), "out");
    const args = ["batch", "score", INPUT, "--output", output, "--shard-bytes", "60", "--top", "0", ...MODEL];
    const part = await tsgpt([...args, "--shard", "1/2"]);
    expect(part.stderr).toMatch(/\npart 1\/2: \d shards?, \d lines?.*\nwhen all parts are done: tsgpt batch merge /);
    await fails(1, ["batch", "merge", output], /lacks \d of \d shards, \d lines; the first are lines 1 to /);
    await tsgpt([...args, "--shard", "0/2"]);
    const file = join(emptyFolder(), "joined.jsonl");
    expect(await tsgpt(["batch", "merge", output, "--output", file, "--quiet"])).toEqual({
      code: 1,
      stdout: "",
      stderr: "",
    });
    expect(readFileSync(file, "utf8")).toBe((await tsgpt(["batch", "merge", output])).stdout);
  });
});

describe("refused:", () => {
  const tiny = ["--model", fixture("tiny-tied"), "--output", join(folder, "refused"), "--quiet"];
  const refused: [string, 1 | 2, string[], RegExp][] = [
    ["no job", 2, [], /give one of the commands of batch: score, detect, generate, prompt, merge/],
    ["another job", 2, ["train"], /unknown command "train" of batch\nit has score, detect, generate, prompt, merge/],
    ["no inputs", 2, ["score", ...tiny], /give the inputs: one or more JSONL files/],
    ["no output", 2, ["score", INPUT], /required option '--output <folder>' not specified/],
    ["no template", 2, ["prompt", INPUT, ...tiny], /required option '--template <file>' not specified/],
    [
      "a part that is none",
      2,
      ["score", INPUT, ...tiny, "--shard", "8/8"],
      /must be I\/N, with I from 0 to N - 1: 0\/8 is/,
    ],
    [
      "an address that is none",
      2,
      ["score", INPUT, ...tiny, "--queue", "localhost:6379"],
      /must be redis:\/\/host:port, or/,
    ],
    [
      "a part of a queue",
      2,
      ["score", INPUT, ...tiny, "--queue", "redis://127.0.0.1:9", "--shard", "0/2"],
      /option '--queue <url>' cannot be used with option '--shard <I\/N>'/,
    ],
    ["no workers", 2, ["score", INPUT, ...tiny, "--workers", "0"], /must be a whole number from 1 to 64/],
    [
      "stdin",
      2,
      ["score", "-", ...tiny],
      /an input is read more than once, so it must be a file, got "-" for stdin; write/,
    ],
    ["an input that is not there", 1, ["score", "no.jsonl", ...tiny], /cannot read "no.jsonl": ENOENT/],
    [
      "a seed for greedy",
      2,
      ["generate", INPUT, ...tiny, "--greedy", "--seed", "1"],
      /--seed cannot be combined with --gr/,
    ],
    ["a seed for nothing", 2, ["detect", INPUT, ...tiny, "--seed", "1"], /--seed does nothing without --perturbations/],
    [
      "a stride above the context",
      2,
      ["score", INPUT, ...tiny, "--stride", "99"],
      /--stride must be at most 24, the con/,
    ],
    [
      "a model without a tokenizer",
      1,
      ["generate", INPUT, ...tiny],
      /model "tiny-tied" has no tokenizer; the inputs are te/,
    ],
    ["a folder that is no batch", 1, ["merge", folder], /is not the output of a batch: it has no batch.json/],
    ["a folder as the joined file", 1, ["merge", folder, "--output", folder], /it exists and is not a file/],
  ];
  test.each(sample(refused, 6))("%s", async (_, code, args, message) => {
    await fails(code, ["batch", ...args], message);
    expect(existsSync(join(folder, "refused"))).toBe(false); // it is made once all is checked
  });
});
