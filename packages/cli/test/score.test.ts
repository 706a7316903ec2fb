/** tsgpt score: its forms, and that they say what the library computes. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { violations } from "./json-schema.ts";
import { emptyFolder, fixture, tsgpt } from "./process.ts";

const schema = JSON.parse(readFileSync(new URL("../schemas/score.json", import.meta.url), "utf8"));
const root = new URL("../../../", import.meta.url);
const TALES = new URL("bench/texts/tales.txt", root).pathname;
const reference = JSON.parse(readFileSync(new URL("packages/gpt/test/fixtures/score/fairytales-1.json", root), "utf8"));

const folder = emptyFolder();
const MODEL = ["--model", fixture("fairytales-1"), "--threads", "1"];
const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const json = async (...args: string[]) => {
  const { stdout, code, stderr } = await tsgpt(["score", ...MODEL, ...args, "--json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const found = JSON.parse(stdout);
  expect(violations(found, schema)).toEqual([]);
  return found;
};

describe.concurrent("--json", () => {
  test("has the keys of its schema, and a first token without a score", async () => {
    const found = await json("Once upon a time");
    expect(found).toMatchObject({ model: "fairytales-1", bos: null, scored: 3, ids: [2205, 586, 259, 508] });
    expect(found.recipe).toEqual({ name: "transformers", window: 512, stride: 256 });
    expect(found.tokens[0]).toEqual({
      id: 2205,
      text: "Once",
      position: 0,
      logprob: null,
      rank: null,
      entropy: null,
      top: [],
    });
    expect(found.tokens[1].top).toHaveLength(5);
    expect(found.loss).toBeCloseTo(
      -found.tokens.slice(1).reduce((sum: number, { logprob }: { logprob: number }) => sum + logprob, 0) / 3,
      12,
    );
    expect(found.bitsPerByte).toBeCloseTo((3 * found.bitsPerToken) / " upon a time".length, 12);
  });

  test("--bos gives the first token a score: the text's numbers are transformers' behind token 0", async () => {
    const text = file("begin.txt", reference.text.slice(0, 100));
    const { bos, tokens, ids } = await json(`@${text}`, "--bos");
    const expected = reference.cases.find((one: { bos: number | null }) => one.bos === 0);
    expect(bos).toBe(0);
    expect(ids.slice(0, 20)).toEqual(reference.ids.slice(0, 20));
    for (const i of [0, 1, 19]) expect(Math.abs(tokens[i].logprob - expected.tokens[i][0])).toBeLessThan(4e-5);
  });

  test("a text longer than the context is read in windows: transformers' perplexity at strides 256 and 512, llama.cpp's", async () => {
    const text = file("long.txt", reference.text);
    const whole = await json(`@${text}`, "--recipe", "llama.cpp", "--bos", "--top", "0");
    const chunks = reference.cases.at(-1);
    expect(whole.perplexity / chunks.perplexity).toBeCloseTo(1, 5);
    expect(whole.recipe).toEqual({ name: "llama.cpp", window: 512 });
    expect(whole.running.at(-1).error / chunks.running.at(-1)[1]).toBeCloseTo(1, 5);
    const { stdout } = await tsgpt(["score", `@${text}`, "--recipe", "llama.cpp", "--bos", ...MODEL]);
    const values = chunks.running.map(([perplexity]: [number], i: number) => `[${i + 1}]${perplexity.toFixed(2)}`);
    expect(stdout.split("\n")).toContain(`running perplexity ${values.join(",")}`);
    const ids = reference.ids.slice(0, 700).join();
    for (const stride of [256, 512]) {
      const { perplexity, recipe } = await json("--tokens", ids, "--stride", `${stride}`);
      const { perplexity: expected } = reference.cases.find((one: { stride?: number }) => one.stride === stride);
      expect(perplexity / expected).toBeCloseTo(1, 5);
      expect(recipe.stride).toBe(stride);
    }
  });

  test("without a tokenizer text and bitsPerByte are null", async () => {
    const found = await json("--model", fixture("tiny-untied"), "--tokens", "3,1,4", "--top", "2");
    expect(found.bitsPerByte).toBeNull();
    expect(found.tokens[2]).toMatchObject({ id: 4, text: null });
    expect(found.tokens[2].top.map(({ text }: { text: null }) => text)).toEqual([null, null]);
  });

  test("several texts have an object each, and a total of all their tokens", async () => {
    const [one, two] = [file("one.txt", "Once upon a time"), file("two.txt", "there was a king who had a wolf")];
    const found = await json(`@${one}`, `@${two}`);
    expect(found.files.map(({ file }: { file: string }) => file)).toEqual([one, two]);
    const [a, b] = found.files;
    expect(found.scored).toBe(a.scored + b.scored);
    expect(found.loss).toBeCloseTo((a.scored * a.loss + b.scored * b.loss) / found.scored, 12);
    expect(a.loss).toBe((await json(`@${one}`)).loss);
  });

  test("- is standard input, as no text is", async () => {
    const { loss } = await json("Once upon a time");
    for (const args of [["-"], []]) {
      const { stdout } = await tsgpt(["score", ...MODEL, ...args, "--json"], { input: "Once upon a time\n" });
      expect(JSON.parse(stdout).loss).toBe(loss);
    }
  });
});

describe.concurrent("for a person", () => {
  test("the text has GLTR's marks, with a legend that counts them, and totals that name their units", async () => {
    const { stdout } = await tsgpt(["score", ...MODEL, "Once upon a time the king computed quantum eigenvalues."]);
    const [text] = stdout.split("\n");
    expect(text).toMatch(/^Once° upon a time the king /);
    expect(text).toMatch(/[¹²³]/);
    expect(stdout).not.toContain("\x1b");
    const counts = ["10", "100", "1000"].map((k) => Number(new RegExp(`in the top ${k} +(\\d+) `).exec(stdout)?.[1]));
    const rest = Number(/outside the top 1000 +(\d+) /.exec(stdout)?.[1]);
    const scored = Number(
      /(\d+) of \d+ tokens scored, recipe transformers \(window 512, stride 256\)/.exec(stdout)?.[1],
    );
    expect(counts.reduce((sum, count) => sum + count, rest)).toBe(scored);
    expect(stdout).toMatch(
      /loss [\d.]+ nats per token, perplexity [\d.]+, [\d.]+ bits per token, [\d.]+ bits per byte\n$/,
    );
  });

  test("the zebra pair: white has fewer bits than green, 9.2 and 10.5, and 3.5 and 5.2 after its stripes", async () => {
    const bits = async (text: string) => -(await json(text)).tokens.at(-1).logprob / Math.LN2;
    const pair = (beginning: string) => Promise.all(["white", "green"].map((color) => bits(`${beginning} ${color}`)));
    const [was, stripes] = await Promise.all([pair("The zebra was"), pair("The zebra's stripes were black and")]);
    expect(was.map((one) => one.toFixed(1))).toEqual(["9.2", "10.5"]);
    expect(stripes.map((one) => one.toFixed(1))).toEqual(["3.5", "5.2"]);
  });

  test("controls of the text do not reach the terminal", async () => {
    const { stdout } = await tsgpt(["score", ...MODEL, "king \x1b[31m \u202e wolf \u0007"]);
    expect(stdout).toContain("\\u001b");
    expect(stdout).toContain("\\u202e");
    for (const control of ["\x1b", "\u202e", "\u0007"]) expect(stdout).not.toContain(control);
  });

  test("--table has a line per token, with the totals below", async () => {
    const { stdout } = await tsgpt(["score", ...MODEL, "--table", "Once upon a 🦓", "--top", "1"]);
    const lines = stdout.split("\n");
    expect(lines[0]).toMatch(/^position {2}probability {4}bits {4}rank {2}entropy \(bits\) {2}token +most probable$/);
    expect(lines[1]).toMatch(/^ +0 +- +- +- +- {2}"Once"$/);
    expect(lines[3]).toMatch(/^ +2 +51\.78% +0\.95 +0 +3\.56 {2}" a" +" a" 51\.78%$/);
    expect(lines[9]).toMatch(/^7 of 8 tokens scored/);
  });

  test("--csv has a line per token, quoted where it has to be; the totals are on stderr", async () => {
    const { stdout, stderr } = await tsgpt(["score", ...MODEL, "--csv", 'Once, "upon" a time', "--top", "1"]);
    const lines = stdout.trimEnd().split("\n");
    expect(lines[0]).toBe("position,id,text,logprob,rank,entropy,top");
    expect(lines[1]).toBe("0,2205,Once,,,,");
    expect(lines[2]).toMatch(/^1,12,",",-[\d.]+,\d+,[\d.]+,"\[\[\d+,"".*"",-[\d.]+\]\]"$/);
    expect(lines.length).toBe(
      1 + JSON.parse((await tsgpt(["score", ...MODEL, 'Once, "upon" a time', "--json"])).stdout).ids.length,
    );
    expect(stderr).toContain("recipe transformers");
  });

  test("several files have a line each and one of all", async () => {
    const [one, two] = [file("a.txt", "Once upon a time"), file("b.txt", "there was a king")];
    const { stdout } = await tsgpt(["score", ...MODEL, `@${one}`, `@${two}`]);
    expect(stdout.split("\n").map((line) => line.split("  ")[0].trim())).toEqual([
      one,
      two,
      "all",
      "recipe transformers (window 512, stride 256)",
      "",
    ]);
    const csv = await tsgpt(["score", ...MODEL, `@${one}`, `@${two}`, "--csv"]);
    expect(csv.stdout.split("\n")[0]).toBe("file,position,id,text,logprob,rank,entropy,top");
    expect(csv.stdout).toContain(`\n${two},0,`);
  });
});

describe.concurrent("files", () => {
  test("--html writes a page and --svg two strips, against a text or the model's greedy continuation", async () => {
    const [html, svg, other] = [join(folder, "p.html"), join(folder, "s.svg"), join(folder, "t.svg")];
    const text = `@${file("begin2.txt", reference.text.slice(0, 400))}`;
    const { stdout, stderr } = await tsgpt(["score", ...MODEL, text, "--html", html, "--svg", svg, "--against-greedy"]);
    expect(stdout).not.toContain("For a while");
    expect(stdout).toContain("tokens scored");
    expect(stderr).toMatch(/^wrote .*p\.html: a page; .*\nwrote .*s\.svg: two strips; .*\n$/);
    expect(readFileSync(html, "utf8")).toMatch(/^<!doctype html>/);
    const strips = readFileSync(svg, "utf8");
    expect(strips).toContain("the first 32 tokens, and the model&#39;s greedy continuation");
    const means = [...strips.matchAll(/mean ([\d.]+), deviation/g)].map(([, mean]) => Number(mean));
    expect(means[1]).toBeGreaterThan(means[0]);
    await tsgpt(["score", ...MODEL, text, "--svg", other, "--against", "There was a wolf"]);
    expect(readFileSync(other, "utf8").match(/<g fill/g)).toHaveLength(2);
  });
});

test("two typed texts are told apart: text 1, text 2", async () => {
  const { stdout } = await tsgpt(["score", "The zebra was white", "The zebra was green", ...MODEL]);
  expect(stdout.split("\n").map((line) => line.split("  ")[0])).toEqual(
    expect.arrayContaining(["text 1", "text 2", "all"]),
  );
});

describe.concurrent("refuses, in one clear line", () => {
  const bad = file("bad.txt", Uint8Array.of(0xff, 0xfe));
  test.each<[string, string[], number, string]>([
    ["an empty text", [""], 1, "text: the text is empty; there is nothing to score"],
    ["an empty text among others", ["a wolf", ""], 1, "text 2: the text is empty; there is nothing to score"],
    ["an empty second strip", ["a wolf", "--svg", "x", "--against", ""], 1, "--against: the text is empty"],
    [
      "standard input as text and as second strip",
      ["-", "--svg", "x", "--against", "-"],
      2,
      "- is standard input, which is read once only",
    ],
    ["one file for both by two paths", ["a wolf", "--svg", "x", "--html", "./x"], 2, "--html and --svg are two files"],
    ["one file for both pictures", ["a wolf", "--svg", "x", "--html", "x"], 2, "--html and --svg are two files"],
    ["a picture on standard output", ["a wolf", "--svg", "-"], 2, "--svg writes a file, not standard output"],
    [
      "a file whose name has control characters",
      ["@/no/\u001b[31mfile"],
      1,
      'cannot read "/no/\\u001b[31mfile": ENOENT',
    ],
    [
      "one token",
      ["Once"],
      1,
      "text: the text is one token, which has nothing before it; --bos puts the model's begin token there",
    ],
    [
      "a long text without a stride",
      [`@${TALES}`, "--stride", "0", ...MODEL],
      1,
      `${TALES}: 3904 tokens are more than the context's 512; give a stride above 0 to read them in windows`,
    ],
    [
      "a stride beyond the context",
      ["a wolf", "--stride", "513", ...MODEL],
      2,
      "--stride must be at most 512, the context of the model, got 513",
    ],
    [
      "a short text for llama.cpp",
      ["a wolf", "--recipe", "llama.cpp", ...MODEL],
      1,
      "text: the llama.cpp recipe needs two chunks of 512 tokens, 1024 or more, got 2; leave the recipe out for a shorter text",
    ],
    ["a file that is not UTF-8", [`@${bad}`], 1, `${JSON.stringify(bad)} is not UTF-8 text`],
    ["ids beside a text", ["a wolf", "--tokens", "1,2"], 2, "give a text or --tokens, not both"],
    ["an id out of range", ["--tokens", "1,4096"], 1, "tokens: token id 4096 is out of range; ids go from 0 to 4095"],
    [
      "a text for a model without a tokenizer",
      ["a wolf", "--model", fixture("tiny-untied")],
      1,
      'text: model "tiny-untied" has no tokenizer; give --tokens',
    ],
    [
      "--bos of a model that has none",
      ["--tokens", "1,2", "--bos", "--model", fixture("tiny-untied")],
      2,
      '--bos: model "tiny-untied" names no bos_token_id or eos_token_id in its config.json',
    ],
    [
      "a stride for llama.cpp",
      ["a wolf", "--recipe", "llama.cpp", "--stride", "4"],
      2,
      "--stride is for --recipe transformers; llama.cpp's chunks do not overlap",
    ],
    ["stdin twice", ["-", "-"], 2, "- is standard input, which is read once only"],
    [
      "two forms",
      ["a wolf", "--csv", "--table"],
      2,
      "--csv and --table print the same rows in two formats; give one of them",
    ],
    [
      "a second strip without a first",
      ["a wolf", "--against", "x"],
      2,
      "--against does nothing without --svg; give that too",
    ],
    [
      "a second strip without a first, greedy",
      ["a wolf", "--against-greedy"],
      2,
      "--against-greedy does nothing without --svg; give that too",
    ],
    ["a page of two texts", ["a wolf", "a king", "--html", "x.html"], 2, "--html shows one text, got 2"],
    [
      "a page of a very long text",
      ["--tokens", Array(50_001).fill(1).join(), "--html", "x.html"],
      1,
      "--html: tokens has 50001 tokens, and a browser shows 50000 at most; give a part of it",
    ],
    [
      "a place that cannot be written",
      ["a wolf", "--html", join(folder, "no", "x.html")],
      1,
      `cannot write ${JSON.stringify(join(folder, "no", "x.html"))}: ENOENT`,
    ],
  ])("%s", async (_, args, exit, message) => {
    const { code, stdout, stderr } = await tsgpt(["score", ...args]);
    expect(stderr).toContain(`error: ${message}`);
    expect(stderr.trimEnd().split("\n")).toHaveLength(2); // the message, and where help is
    expect({ code, stdout }).toEqual({ code: exit, stdout: "" });
  });
});
