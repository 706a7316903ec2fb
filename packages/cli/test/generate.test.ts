/** tsgpt generate as a process: each option has its effect, and the two streams hold what is promised. */
import { describe, expect, test } from "vitest";
import { fixture, tsgpt } from "./process.ts";

const TRAINED = ["--model", fixture("fairytales-1")];
const TINY = fixture("tiny-tied"); // no tokenizer: ids in, ids out
const json = async (...args: string[]) => JSON.parse((await tsgpt(["generate", "--json", "--quiet", ...args])).stdout);
const ids = async (...args: string[]) =>
  (await json("--model", TINY, "--tokens", "1,2,3", "--max-tokens", "8", "--ignore-eos", ...args)).tokens.map(
    ({ id }: { id: number }) => id,
  );

describe.concurrent("tsgpt generate", () => {
  test("prints the prompt, the continuation and a newline; the summary goes to stderr", async () => {
    const { code, stdout, stderr } = await tsgpt(["generate", "Once upon a time", "--max-tokens", "5", "--seed", "1"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Once upon a time.+\n$/s);
    expect(stderr).toMatch(/^5 tokens, \d+\.\d\d s, \d+\.\d tokens\/s, seed 1\n$/);
  });

  test("the summary has the seed that gives the same text again, and of several samples the first and last", async () => {
    const run = ["generate", "Once upon a time", "--max-tokens", "5"];
    const first = await tsgpt(run);
    const seed = /, seed (\d+)\n$/.exec(first.stderr)?.[1] ?? "";
    expect((await tsgpt([...run, "--seed", seed])).stdout).toBe(first.stdout);
    expect((await tsgpt([...run, "--num-samples", "3", "--seed", "7"])).stderr).toMatch(/tokens\/s, seeds 7 to 9\n$/);
  });

  test.each([["--greedy"], ["--max-tokens", "0"]])(
    "where nothing is drawn, the summary has no seed: %j",
    async (...args) => {
      const { stderr } = await tsgpt(["generate", "Once", "--max-tokens", "2", ...args]);
      expect(stderr).toMatch(/^\d tokens, .* tokens\/s\n$/);
    },
  );

  test("writes no control codes to a pipe", async () => {
    const { stdout, stderr } = await tsgpt(["generate", "Once", "--max-tokens", "5"]);
    expect(stdout + stderr).not.toContain("\x1b");
  });

  test("--quiet leaves stderr empty", async () => {
    expect((await tsgpt(["generate", "Once", "--max-tokens", "2", "--quiet"])).stderr).toBe("");
  });

  test("--json has exactly the promised keys, and the texts of the tokens make the text", async () => {
    const result = await json("Once upon a time", "--max-tokens", "6", "--seed", "5");
    expect(Object.keys(result)).toEqual([
      "model",
      "prompt",
      "promptTokens",
      "tokens",
      "text",
      "finishReason",
      "seed",
      "timings",
    ]);
    expect(Object.keys(result.tokens[0])).toEqual(["id", "text", "logprob"]);
    expect(Object.keys(result.timings)).toEqual(["loadSeconds", "prefillSeconds", "decodeSeconds", "tokensPerSecond"]);
    expect(result).toMatchObject({ model: "fairytales", prompt: "Once upon a time", finishReason: "length", seed: 5 });
    expect(result.tokens).toHaveLength(6);
    expect(result.tokens.map(({ text }: { text: string }) => text).join("")).toBe(result.text);
    for (const { logprob } of result.tokens) expect(logprob).toBeLessThanOrEqual(0);
  });

  test("both texts are null without a tokenizer", async () => {
    const result = await json("--model", TINY, "--tokens", "1,2", "--max-tokens", "2");
    expect(result).toMatchObject({ prompt: null, text: null, promptTokens: [1, 2] });
    expect(result.tokens[0].text).toBeNull();
  });

  test("ids without a tokenizer are printed as ids", async () => {
    const { stdout } = await tsgpt([
      "generate",
      "--model",
      TINY,
      "--tokens",
      "1,2",
      "--max-tokens",
      "2",
      "--ignore-eos",
    ]);
    expect(stdout).toMatch(/^1 2 \d+ \d+\n$/);
  });

  test("the same seed gives the same ids, another seed others", async () => {
    const [first, again, other] = await Promise.all([
      ids("--seed", "7", "--top-p", "1"),
      ids("--seed", "7", "--top-p", "1"),
      ids("--seed", "8", "--top-p", "1"),
    ]);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  test("--greedy, --top-k 1, a tiny --top-p and a tiny --temperature all choose the most probable", async () => {
    const [greedy, ...same] = await Promise.all([
      ids("--greedy"),
      ids("--top-k", "1"),
      ids("--top-p", "0.000001"),
      ids("--temperature", "0.0001", "--top-p", "1"),
    ]);
    for (const chosen of same) expect(chosen).toEqual(greedy);
  });

  test("--kernels and --threads are said by --verbose, and change no greedy id", async () => {
    const run = (...args: string[]) =>
      tsgpt(["generate", ...TRAINED, "Once upon a time", "--greedy", "--max-tokens", "20", "--verbose", ...args]);
    const [reference, one, two] = await Promise.all([
      run("--kernels", "reference"),
      run("--kernels", "simd", "--threads", "1"),
      run("--kernels", "simd", "--threads", "2"),
    ]);
    expect(reference.stderr).toMatch(/^reference kernels, 1 thread; f32 weights 14\.2 MB, cache \d\.\d MB, arena \d/);
    expect(one.stderr).toMatch(
      /^simd kernels, 1 thread; f32 weights 14\.\d MB, cache \d\.\d MB, arena \d\.\d MB; engine memory \d\d\.\d MB\n/,
    );
    expect(two.stderr).toMatch(/^simd kernels, 2 threads; /m);
    expect(one.stdout).toBe(reference.stdout);
    expect(two.stdout).toBe(one.stdout);
  });

  test("--no-cache gives the same ids", async () => {
    expect(await ids("--greedy", "--no-cache")).toEqual(await ids("--greedy"));
  });

  test.each(["--frequency-penalty", "--presence-penalty"])("%s keeps a loop from going on", async (penalty) => {
    const loop = [
      ...TRAINED,
      "--greedy",
      "--max-tokens",
      "40",
      "The king said, the king said, the king said, the king said,",
    ];
    const [plain, penalized] = await Promise.all([json(...loop), json(...loop, penalty, "2")]);
    expect(penalized.text).not.toBe(plain.text);
  });

  test("--stop ends before the string, --max-tokens at the count", async () => {
    const whole = await json("Once upon a time", "--greedy", "--max-tokens", "12");
    const word = whole.text.trim().split(/\s+/)[2];
    const stopped = await json("Once upon a time", "--greedy", "--max-tokens", "12", "--stop", word);
    expect(stopped.finishReason).toBe("stop");
    expect(whole.text.startsWith(stopped.text)).toBe(true);
    expect(stopped.text).not.toContain(word);
    expect((await json("Once", "--max-tokens", "0")).tokens).toEqual([]);
  });

  test("stdin is not read where there is a prompt", async () => {
    const run = ["generate", "The queen", "--json", "--max-tokens", "0"];
    expect(JSON.parse((await tsgpt(run, { input: "not read" })).stdout).prompt).toBe("The queen");
  });

  test("an empty prompt begins where the model's texts begin, and prints nothing for it", async () => {
    const { code, stdout } = await tsgpt(["generate", "", "--max-tokens", "3", "--greedy"]);
    expect(code).toBe(0);
    expect(stdout).not.toContain("<|");
    const { prompt, promptTokens } = await json("", "--max-tokens", "1");
    expect(prompt).toBe("");
    expect(promptTokens).toHaveLength(1);
  });

  test("the context's end ends the text, with --ignore-eos in spite of an end-of-text token", async () => {
    const result = await json("--model", TINY, "--tokens", "1", "--ignore-eos", "--max-tokens", "100000");
    expect(result.finishReason).toBe("context");
  });

  test("Ctrl-C stops within a token: a whole line so far, the summary, exit code 130", async () => {
    const run = ["generate", "Once upon a time", "--ignore-eos", "--max-tokens", "400", "--no-cache"];
    const { code, stdout, stderr } = await tsgpt(run, { interruptAfter: 17 });
    expect(code).toBe(130);
    expect(stdout.endsWith("\n")).toBe(true);
    expect(stderr).toMatch(/^(1 token|\d+ tokens), /);
    expect(Number.parseInt(stderr, 10)).toBeLessThan(100);
  });

  test("Ctrl-C loses no text that a stop string held back", async () => {
    const run = ["Once upon a time", "--greedy", "--ignore-eos", "--max-tokens", "300", "--no-cache"];
    const { tokens } = await json("Once upon a time", "--greedy", "--ignore-eos", "--max-tokens", "40");
    const [first = "", ...rest] = tokens.map(({ text }: { text: string }) => text);
    const stop = `${rest.join("")}never`; // all but the first token may begin it
    const { code, stdout, stderr } = await tsgpt(["generate", ...run, "--stop", stop], { interruptAfter: 17 });
    const count = Number.parseInt(stderr, 10);
    expect(count).toBeLessThan(40);
    expect(stdout).toBe(`Once upon a time${[first, ...rest].slice(0, count).join("")}\n`);
    expect(code).toBe(130);
  });

  test("a reader that has enough ends it quietly", async () => {
    const { code, stderr } = await tsgpt(["generate", "Once upon a time", "--ignore-eos"], { closeStdoutAfter: 20 });
    expect(stderr).toBe("");
    expect(code).toBe(0);
  });
});
