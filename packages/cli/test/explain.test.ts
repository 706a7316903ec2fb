/** tsgpt explain: its JSON is the library's, its stages are screens, and what is wrong is said in one line. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { directLogitAttribution, logitLens } from "@tsgpt/analysis";
import { forward, record } from "@tsgpt/gpt";
import { loadModel } from "@tsgpt/gpt/node";
import { createSimdEngine, type Tensor } from "@tsgpt/tensor";
import { describe, expect, test } from "vitest";
import { cleanEnvironment } from "./clean-environment.ts";
import { violations } from "./json-schema.ts";
import { emptyFolder, fixture, MAIN, spawned, tsgpt } from "./process.ts";
import { hasScript } from "./script.ts";

const schema = JSON.parse(readFileSync(new URL("../schemas/explain.json", import.meta.url), "utf8"));
const folder = emptyFolder();
const MODEL = ["--model", fixture("fairytales-1"), "--threads", "1"];
const TINY = ["--model", fixture("tiny-untied"), "--threads", "1"];
const NAMES = ["tokens", "embeddings", "attention", "residual", "lens", "attribution", "distribution", "cache"];

const explain = async (...args: string[]) => {
  const { stdout, stderr, code } = await tsgpt(["explain", ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
};
const json = async (...args: string[]) => {
  const found = JSON.parse(await explain(...args, "--json"));
  expect(violations(found, schema)).toEqual([]);
  return found;
};
const sumOf = ({ constant, token, positionEmbedding, attentionBias, heads, mlps }: Record<string, number & number[]>) =>
  [constant, token, positionEmbedding, attentionBias, heads, mlps]
    .flat(2)
    .reduce((sum, value) => Number(sum) + Number(value), 0);

describe.concurrent("--json", () => {
  test("has the library's lens, attribution and pattern, and L + 1 entries of the lens", async () => {
    const found = await json("Once upon a time", ...MODEL, "--layer", "2", "--head", "3");
    const model = await loadModel(fixture("fairytales-1"), { engine: createSimdEngine({ threads: 1 }) });
    const activations = new Map<string, Tensor>();
    forward(model, found.ids, { trace: record(activations) });
    const lens = logitLens(model, activations).map(({ top, ...entry }) => ({
      ...entry,
      top: top.map(({ id, probability }) => ({ id, text: model.tokenizer?.tokenText(id), probability })),
    }));
    const pattern = activations.get("blocks.2.attn.hook_pattern")?.row(3).toArray();
    expect(found).toEqual({
      ids: [2205, 586, 259, 508],
      position: 3,
      lens,
      attribution: directLogitAttribution(model, activations),
      attention: { layer: 2, head: 3, pattern },
    });
    expect(found.lens.map(({ hook }: { hook: string }) => hook)).toEqual([
      "blocks.0.hook_resid_pre",
      ...[0, 1, 2, 3, 4, 5].map((l) => `blocks.${l}.hook_resid_post`),
    ]);
  });

  test("--position and --target: the logit is the one that tsgpt logits writes there; the parts sum to it", async () => {
    const found = await json("Once upon a time", ...MODEL, "--position", "1", "--target", "300");
    const model = await loadModel(fixture("fairytales-1"), { engine: createSimdEngine({ threads: 1 }) });
    const own = forward(model, found.ids).row(1).data[300] as number;
    expect(found).toMatchObject({ position: 1, attribution: { target: 300 }, attention: { layer: 0, head: 0 } });
    expect(Math.abs(found.attribution.logit - own)).toBeLessThan(1e-5);
    expect(Math.abs(sumOf(found.attribution) - found.attribution.logit)).toBeLessThan(1e-5);
    expect(found.attention.pattern).toHaveLength(4);
  });

  test("with int8 weights the parts sum to the logit", async () => {
    const { attribution } = await json("The king", ...MODEL, "--dtype", "int8");
    expect(Math.abs(sumOf(attribution) - attribution.logit)).toBeLessThan(1e-5);
  });

  test("a model without a tokenizer, one token: texts are null", async () => {
    const found = await json(...TINY, "--tokens", "3");
    expect(found).toMatchObject({ ids: [3], position: 0, attention: { pattern: [[1]] } });
    expect(found.lens[0].top[0].text).toBeNull();
  });

  test("an empty prompt is the model's begin token", async () => {
    expect(await json("", ...MODEL)).toMatchObject({ ids: [0], position: 0 });
  });

  test("- is standard input, as no prompt is", async () => {
    for (const args of [["-"], []]) {
      const { stdout } = await spawned(["explain", ...args, ...MODEL, "--json"], { input: "Once upon\n" });
      expect(JSON.parse(stdout).ids).toEqual([2205, 586]);
    }
  });
});

describe.concurrent("for a person", () => {
  test("without --stage every stage follows, none wider than 80 columns", async () => {
    const shown = await explain("Once upon a time", ...MODEL);
    expect([...shown.matchAll(/^── (\d) of 8: (\w+) ─+$/gm)].map(([, i, name]) => `${i} ${name}`)).toEqual(
      NAMES.map((name, i) => `${i + 1} ${name}`),
    );
    expect(Math.max(...shown.split("\n").map((line) => [...line].length))).toBeLessThanOrEqual(80);
    expect(shown).not.toContain("\x1b");
  });

  test("each stage fits on a screen of 24 lines; --stage shows one of them", async () => {
    const shown = await explain("Once upon a time", ...MODEL);
    const stages = shown.split(/\n(?=── )/);
    for (const stage of stages) expect(stage.trimEnd().split("\n").length).toBeLessThanOrEqual(24);
    for (const i of [2, 7]) {
      expect(await explain("Once upon a time", ...MODEL, "--stage", NAMES[i] as string)).toBe(
        `${stages[i]?.trimEnd()}\n`,
      );
    }
  });

  test("the chain is that of generate: top-p 0.9 unless another is given", async () => {
    expect(await explain("The king", ...MODEL, "--stage", "distribution")).toContain("Chain: top-p (p 0.9).");
    const other = ["--temperature", "2", "--top-p", "1", "--min-p", "0.5", "--stage", "distribution"];
    const shown = await explain("The king", ...MODEL, ...other);
    expect(shown).toContain("Chain: temperature (temperature 2), min-p (p 0.5).");
    expect(shown).toMatch(/^min-p \(p 0.5\): kept \d+, cut [\d,]+ \([\d.]+% of the mass\), entropy /m);
    const greedy = await explain("The king", ...MODEL, "--greedy", "--stage", "distribution");
    expect(greedy).toContain("greedy: kept 1,");
  });

  test("random steps draw by --seed", async () => {
    const xtc = ["--xtc-probability", "0.5", "--xtc-threshold", "0.05", "--stage", "distribution"];
    const [a, b, c] = await Promise.all(
      ["1", "1", "2"].map((seed) => explain("The", ...MODEL, ...xtc, "--seed", seed)),
    );
    expect(a).toBe(b);
    expect(a).not.toBe(c);
    expect(a).toMatch(/random number 0\.\d+/);
  });

  test("control characters of the prompt are escaped", async () => {
    const shown = await explain("a\u001b[31mb \u202e", ...MODEL);
    expect(shown).toContain("\\u001b");
    for (const control of ["\u001b", "\u202e"]) expect(shown).not.toContain(control);
  });
});

test("--html writes every stage into one page; with --json both are written", async () => {
  const file = join(folder, "page.html");
  const { stdout, stderr, code } = await tsgpt(["explain", "The <b>king</b>", ...MODEL, "--html", file]);
  expect({ stdout, code }).toEqual({ stdout: "", code: 0 });
  expect(stderr).toMatch(/^wrote .*page\.html: a page of 8 stages; [\d.]+ kB\n$/);
  const page = readFileSync(file, "utf8");
  for (const name of NAMES) expect(page).toContain(`<section id="${name}"`);
  expect(page).toContain("<h1>One forward pass of fairytales-1: &quot;The &lt;b&gt;king&lt;/b&gt;&quot;</h1>");
  const both = await tsgpt(["explain", "The king", ...MODEL, "--html", file, "--json", "--top-k", "5"]);
  expect(JSON.parse(both.stdout).ids).toHaveLength(2);
  expect(readFileSync(file, "utf8")).toContain("top-k (k 5, boundary llama.cpp): kept 5");
});

describe.runIf(hasScript)("on a terminal", () => {
  /** Presses each key when it is asked; gives the exit code and the screen. */
  const typed = (keys: readonly string[], env: Record<string, string> = {}, ...args: string[]) => {
    const words = [process.execPath, MAIN, "explain", "The king", ...MODEL, ...args];
    const command = `stty cols 70 rows 30; ${words.map((word) => `'${word}'`).join(" ")}`;
    // A CI's terminal has no colors, for Node.
    const colors = { TERM: "xterm-256color", CI: undefined, NO_COLOR: undefined, FORCE_COLOR: undefined };
    const options = { stdio: "pipe", env: { ...cleanEnvironment(), ...colors, ...env } } as const;
    const child = spawn("script", ["-qec", command, "/dev/null"], options);
    const left = [...keys];
    let screen = "";
    let since = "";
    child.stdout.setEncoding("utf8").on("data", (piece: string) => {
      screen += piece;
      since += piece;
      if (!since.includes("q: quit ") || left.length === 0) return;
      since = "";
      child.stdin.write(left.shift() as string);
    });
    return new Promise<{ code: number | null; screen: string }>((resolve) =>
      child.on("close", (code) => resolve({ code, screen })),
    );
  };

  test.concurrent("Enter shows the next stage in the terminal's width and colors, q quits", async () => {
    const { code, screen } = await typed(["\r", "\r", "q\r"]);
    expect(screen.match(/── \d of 8: \w+ ─+/g)?.map((line) => line.length)).toEqual([70, 70, 70]);
    expect(screen).toContain("\x1b[48;5;");
    expect(code).toBe(0);
  });

  test.concurrent("Ctrl-C ends with 130", async () => {
    expect((await typed(["\x03"])).code).toBe(130);
  });

  test.concurrent("--stage waits for nothing; NO_COLOR leaves the colors out", async () => {
    const { code, screen } = await typed([], { NO_COLOR: "1" }, "--stage", "attention");
    expect(code).toBe(0);
    expect(screen).toContain("██ 75% or more");
    expect(screen).not.toContain("\x1b[48;5;");
  });
});

describe.concurrent("refuses, in one clear line", () => {
  test.each<[string, string[], number, string]>([
    ["a position", ["--position", "2"], 2, "--position must be from 0 to 1, got 2: the prompt has 2 tokens"],
    ["a layer", ["--layer", "6"], 2, '--layer must be from 0 to 5, got 6: model "fairytales-1" has 6 layers'],
    ["a head", ["--head", "6"], 2, '--head must be from 0 to 5, got 6: model "fairytales-1" has 6 heads'],
    ["a target", ["--target", "4096"], 2, '--target must be from 0 to 4095, got 4096: model "fairytales-1" has 4096'],
    ["a stage", ["--stage", "mlp"], 2, `'mlp' is invalid: Allowed choices are ${NAMES.join(", ")}.`],
    [
      "an option of another stage",
      ["--stage", "lens", "--head", "1"],
      2,
      "--head does nothing with --stage lens; it is for attention",
    ],
    [
      "a target for the tokens",
      ["--stage", "tokens", "--target", "1"],
      2,
      "--target does nothing with --stage tokens; it is for lens and attribution",
    ],
    [
      "a chain for the cache",
      ["--stage", "cache", "--top-k", "5"],
      2,
      "--top-k does nothing with --stage cache; it is for distribution",
    ],
    [
      "a dialect in JSON",
      ["--json", "--dialect", "hf"],
      2,
      "--dialect does nothing with --json, which has no distribution; see tsgpt sample --json",
    ],
    [
      "a stage in JSON",
      ["--json", "--stage", "lens"],
      2,
      "option '--json' cannot be used with option '--stage <name>'",
    ],
    [
      "a stage as a page",
      ["--html", "x", "--stage", "lens"],
      2,
      "option '--html <file>' cannot be used with option '--stage <name>'",
    ],
    ["a page on standard output", ["--html", "-"], 2, "--html writes a file, not standard output; give its name"],
    [
      "a page in no folder",
      ["--html", join(folder, "no/x.html")],
      1,
      `cannot write ${JSON.stringify(join(folder, "no/x.html"))}: ENOENT`,
    ],
    ["a seed without chance", ["--seed", "1"], 2, "--seed does nothing without --xtc-probability; give that too"],
    ["ids beside a prompt", ["--tokens", "1,2"], 2, "give a prompt or --tokens, not both"],
  ])("%s", async (_, args, exit, message) => {
    const { code, stdout, stderr } = await tsgpt(["explain", "The king", ...MODEL, ...args]);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(2); // the message, and where help is
    expect({ code, stdout }).toEqual({ code: exit, stdout: "" });
  });

  test.each<[string, string[], string]>([
    ["a text without a tokenizer", ["a wolf"], 'model "tiny-untied" has no tokenizer; give --tokens'],
    [
      "nothing to start from",
      [""],
      'the prompt is empty and model "tiny-untied" has no bos or eos token to start from',
    ],
    ["an unknown id", ["--tokens", "61"], "the prompt's token id 61 is out of range; ids go from 0 to 60"],
    [
      "a long prompt",
      ["--tokens", Array(25).fill(1).join()],
      "the prompt has 25 tokens; the model takes 24; shorten the prompt",
    ],
    [
      "a position of one token",
      ["--tokens", "1", "--position", "1"],
      "--position must be 0, got 1: the prompt has 1 token",
    ],
  ])("%s", async (_, args, message) => {
    const { stdout, stderr } = await tsgpt(["explain", ...TINY, ...args]);
    expect(stderr).toMatch(`error: ${message}\nsee tsgpt explain --help\n`);
    expect(stdout).toBe("");
  });
});
