/** --trace-sampling: what each step did to each token, for a person and for a program. */
import { describe, expect, test } from "vitest";
import { fixture, tsgpt } from "./process.ts";

interface Share {
  id: number;
  probability: number;
}
interface Step {
  step: { type: string };
  before: number;
  kept: number;
  massRemoved: number;
  removed: Share[];
  entropyBits: number;
  top: Share[];
}
interface Initial {
  kept: number;
  entropyBits: number;
  headSize: number;
  top: (Share & { text: string })[];
  tail: { from: number; to: number; probability: number }[];
}
interface Token {
  id: number;
  text: string;
  probability: number;
  initial: Initial;
  steps: Step[];
}

const TRAINED = ["--model", fixture("fairytales-1"), "--threads", "1"];
const TINY = ["--model", fixture("tiny-tied"), "--tokens", "1,2,3", "--ignore-eos"];
const json = async (...args: string[]): Promise<{ tokens: Token[]; text: string }> => {
  const { code, stdout, stderr } = await tsgpt(["generate", "--json", "--quiet", ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
};

describe.concurrent("--trace-sampling", () => {
  const args = [...TRAINED, "The king", "--max-tokens", "6", "--seed", "4", "--top-k", "8", "--min-p", "0.05"];

  test("--json: for each token and step, candidates, mass removed, entropy, who was cut; and the choice", async () => {
    const { tokens } = await json(...args, "--trace-sampling");
    expect(tokens).toHaveLength(6);
    for (const { id, probability, steps } of tokens) {
      expect(steps.map(({ step }) => step.type)).toEqual(["top-k", "top-p", "min-p"]);
      expect(steps.map(({ before }) => before)).toEqual([4096, ...steps.slice(0, -1).map(({ kept }) => kept)]);
      for (const { before, kept, massRemoved, removed, top, entropyBits } of steps) {
        expect(removed).toHaveLength(Math.min(10, before - kept));
        expect(top).toHaveLength(Math.min(10, kept));
        if (before - kept <= 10)
          expect(removed.reduce((sum, cut) => sum + cut.probability, 0)).toBeCloseTo(massRemoved, 12);
        const bits = top.reduce((sum, { probability: p }) => sum - p * Math.log2(p), 0);
        expect(bits).toBeCloseTo(entropyBits, 10); // at most 8 are left, and top names them all
      }
      expect(steps.at(-1)?.top.find((share) => share.id === id)?.probability).toBe(probability);
    }
  });

  test("the trace changes no token", async () => {
    const [plain, traced] = await Promise.all([json(...args), json(...args, "--trace-sampling")]);
    expect(traced.tokens.map(({ id }) => id)).toEqual(plain.tokens.map(({ id }) => id));
    expect(plain.tokens[0]?.steps).toBeUndefined();
  });

  test("xtc shows its chance, mirostat its bound and how it moves", async () => {
    const xtc = (await json(...TINY, "--max-tokens", "3", "--xtc-probability", "0.5", "--trace-sampling")).tokens;
    for (const { steps } of xtc) expect(steps.at(-1)).toMatchObject({ uniform: expect.any(Number) });
    const { tokens } = await json(...TINY, "--max-tokens", "3", "--mirostat-tau", "3", "--trace-sampling");
    const mus = tokens.map(({ steps }) => (steps[0] as Step & { mu: number }).mu);
    expect(mus[0]).toBe(6);
    for (const [i, { probability }] of tokens.slice(0, -1).entries()) {
      expect(mus[i + 1]).toBeCloseTo((mus[i] as number) - 0.1 * (-Math.log2(probability) - 3), 10);
    }
  });

  test("is read by a person: each step before each token, and the whole text at the end", async () => {
    const run = [
      "generate",
      ...TRAINED,
      "The king",
      "--greedy",
      "--max-tokens",
      "2",
      "--banned",
      "307",
      "--logit-bias",
      "338:2",
    ];
    const { code, stdout, stderr } = await tsgpt([...run, "--trace-sampling", "--quiet"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toBe(`The king

token 1
  model: 4096 tokens, entropy 6.44 bits, 211 tokens hold 90%
    top: " was" 13.4%, "'s" 11.4%, " had" 7.64%, "," 7.43%, and 4092 more
  logit-bias (bias {"338":2}): 4096 left
    entropy 5.02 bits, 131 tokens hold 90%
    top: " had" 37.9%, " was" 9.01%, "'s" 7.65%, "," 4.99%, and 4092 more
  banned-words (sequences [[307]]): 4096 -> 4095 left, mass removed 9.01%
    entropy 5.04 bits, 148 tokens hold 90%
    top: " had" 41.7%, "'s" 8.41%, "," 5.49%, " and" 3.63%, and 4091 more
    removed: " was" 9.01%
  greedy: 4095 -> 1 left, mass removed 58.3%
    entropy 0.00 bits, 1 token holds 90%
    top: " had" 100%
    removed: "'s" 8.41%, "," 5.49%, " and" 3.63%, " did" 1.77%, and 4090 more
  chosen: " had", probability 100%

token 2
  model: 4096 tokens, entropy 7.34 bits, 283 tokens hold 90%
    top: " been" 11.3%, " a" 4.66%, " no" 3.57%, " not" 3.49%, and 4092 more
  logit-bias (bias {"338":2}): 4096 left
    entropy 7.24 bits, 274 tokens hold 90%
    top: " been" 10.8%, " had" 5.06%, " a" 4.46%, " no" 3.41%, and 4092 more
  banned-words (sequences [[307]]): 4096 -> 4095 left, mass removed 0.0344%
    entropy 7.24 bits, 273 tokens hold 90%
    top: " been" 10.8%, " had" 5.06%, " a" 4.46%, " no" 3.41%, and 4091 more
    removed: " was" 0.0344%
  greedy: 4095 -> 1 left, mass removed 89.2%
    entropy 0.00 bits, 1 token holds 90%
    top: " been" 100%
    removed: " had" 5.06%, " a" 4.46%, " no" 3.41%, " not" 3.34%, and 4090 more
  chosen: " been", probability 100%

The king had been
`);
  });

  test("a sample counts its own tokens", async () => {
    const run = ["generate", ...TINY, "--num-samples", "2", "--max-tokens", "2", "--seed", "1", "--dialect", "openai"];
    const { stdout } = await tsgpt([...run, "--trace-sampling", "--quiet"]);
    const [first = "", second = ""] = stdout.split(/^1 2 3\n\n(?=token)/m).slice(1);
    for (const sample of [first, second]) {
      expect([...sample.matchAll(/^token (\d)$/gm)].map(([, count]) => count)).toEqual(["1", "2"]);
    }
    expect(first).toMatch(/chosen: 30, probability 0\.44\d*%\n\ntoken 2\n[\s\S]*chosen: 16, probability 2\.08%/);
    expect(second).toMatch(/chosen: 21, probability 4\.86%\n\ntoken 2\n[\s\S]*chosen: 16, probability 2\.49%/);
    expect(stdout).toMatch(/\n\n1 2 3 30 16\n\n1 2 3 21 16\n$/);
  });

  test("a chain without steps: the distribution before each token, sorted, and in --json as initial", async () => {
    const run = [...TRAINED, "The king", "--top-p", "1", "--max-tokens", "2", "--seed", "1", "--trace-sampling"];
    const [{ stdout }, { tokens }] = await Promise.all([tsgpt(["generate", ...run, "--quiet"]), json(...run)]);
    expect(Math.max(...stdout.split("\n").map((line) => [...line].length))).toBe(80);
    const shown = stdout.split(/^token \d\n/m).slice(1);
    expect(shown).toHaveLength(2);
    for (const [i, { initial, steps }] of tokens.entries()) {
      expect(steps).toEqual([]);
      const { kept, entropyBits, headSize, top, tail } = initial;
      const lines = (shown[i] as string).split("\n");
      expect(lines[0]).toBe(
        `  model: ${kept} tokens, entropy ${entropyBits.toFixed(2)} bits, ${headSize} tokens hold 90%`,
      );
      expect(top).toHaveLength(10);
      for (const [rank, { text, probability }] of top.entries()) {
        expect(lines[2 + rank]).toContain(` ${rank + 1}  ${JSON.stringify(text)} `);
        expect(lines[2 + rank]).toContain(` ${(100 * probability).toFixed(2)}%  `);
      }
      expect(tail.map(({ from, to }) => [from, to])).toEqual([
        [11, 100],
        [101, 1000],
        [1001, 4096],
      ]);
    }
    expect(tokens.map(({ text }) => text)).toEqual(
      [...stdout.matchAll(/chosen: (".*"), probability/g)].map(([, text]) => JSON.parse(text as string)),
    );
  });
});
