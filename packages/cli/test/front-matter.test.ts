/** The front matter of a template: the values are those of the options, and what is wrong is said with its line. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readFrontMatter } from "../src/prompt/front-matter.ts";
import { readTemplate } from "../src/prompt/read-template.ts";
import { settingsOf } from "../src/prompt/settings.ts";
import { emptyFolder } from "./process.ts";

const read = (...lines: string[]) => readFrontMatter(lines.join("\n"), "t.txt");

describe("front matter", () => {
  test("sets options as the command line does", () => {
    const flags = read(
      "# a comment",
      "top-p: 0.90",
      "max-tokens: 20",
      "dialect: hf",
      'stop: ["\\n", "a: b"]',
      "banned: [' x', '1,2']",
      "allowed: [1, 2]",
      "logit-bias: 3:-1.5",
      "frequency-penalty: 1.1",
    );
    expect(flags).toEqual({
      topP: 0.9,
      maxTokens: 20,
      dialect: "hf",
      stop: ["\n", "a: b"],
      banned: [" x", "1,2"],
      allowed: [1, 2],
      logitBias: { 3: -1.5 },
      frequencyPenalty: 1.1,
    });
  });

  test("has choices as a list, where commas are text, or as on the command line", () => {
    expect(read('choices: [" yes, sir", " no"]').choices).toEqual([" yes, sir", " no"]);
    expect(read("choices: yes,no").choices).toEqual(["yes", "no"]);
  });

  test("has flags that are true, or false as if they were not there", () => {
    expect(read("greedy: true", "ignore-eos: false")).toEqual({ greedy: true });
  });

  test("may be empty or only comments", () => {
    expect(read("")).toEqual({});
    expect(read("# nothing", "")).toEqual({});
  });

  test.each<[string, string[], string]>([
    [
      "an unknown key, with the nearest",
      ["greedy: true", "top_p: 0.9"],
      'line 3: unknown key "top_p"; did you mean "top-p"?',
    ],
    ["an option's key in code", ["maxTokens: 3"], 'line 2: unknown key "maxTokens"; did you mean "max-tokens"?'],
    [
      "an option that is no template's",
      ["model: gpt2"],
      'line 2: unknown key "model"; tsgpt prompt --help lists the keys',
    ],
    ["broken YAML", ["greedy: true", "stop: [a"], "line 3: the front matter is not valid YAML: Flow sequence"],
    ["a key twice", ["seed: 1", "seed: 2"], "line 3: the front matter is not valid YAML: Map keys must be unique"],
    ["an unknown tag", ["stop: !x y"], "line 2: the front matter is not valid YAML: Unresolved tag"],
    ["a list", ["- greedy"], "line 2: the front matter must be lines of key: value"],
    ["a text", ["", "greedy"], "line 3: the front matter must be lines of key: value"],
    ["a key that is a list", ["[a]: b"], "line 2: a key must be the name of an option"],
    ["a value out of range", ["", "top-p: 2"], "line 3: top-p must be above 0 and at most 1, got 2"],
    [
      "a word for a number",
      ["max-tokens: few"],
      'line 2: max-tokens must be a whole number from 0 to 9007199254740991, got "few"',
    ],
    ["no value", ["stop:"], "line 2: stop has no value"],
    ["an unknown word", ["normalize: mean"], 'line 2: normalize must be one of none, length, prior, got "mean"'],
    ["a flag that is no truth", ["greedy: 1"], "line 2: greedy must be true or false, got 1"],
    ["a list for one value", ["top-p: [0.8, 0.9]"], "line 2: top-p takes one value, not a list"],
    ["a map", ["stop: { a: b }"], "line 2: stop must be a value or a list of values"],
    ["an empty stop", ['stop: ["a", ""]'], "line 2: stop must not be empty"],
    ["one choice", ["choices: [a]"], "line 2: choices must be two choices or more: Positive,Negative"],
    ["an empty choice", ["choices: a,,b"], 'line 2: choices has an empty choice, got "a,,b"'],
    ["a choice twice", ["choices: [a, b, a]"], 'line 2: choices has the choice "a" twice'],
  ])("refuses %s", (_, lines, message) => {
    expect(() => read(...lines)).toThrow(`t.txt: ${message}`);
  });
});

describe("a template's file", () => {
  const file = (text: string) => {
    const path = join(emptyFolder(), "t.txt");
    writeFileSync(path, text);
    return path;
  };

  test("gives body and options", async () => {
    const path = file("---\ngreedy: true\n---\nQ: {{input}}\nA:\n");
    expect(await readTemplate(path)).toEqual({ path, body: "Q: {{input}}\nA:", flags: { greedy: true } });
  });

  test.each([
    ["", "the template is empty; write the prompt, with {{input}} in it"],
    ["Q:", "the template has no {{input}}, which marks where the input goes"],
    ["---\ngreedy: true\n{{input}}", "template: the front matter, after line 1, has no end; put a line --- after it"],
  ])("%j is refused with its path", async (text, message) => {
    const path = file(text);
    await expect(readTemplate(path)).rejects.toThrow(`${path}: ${message.replace("template: ", "")}`);
  });
});

describe("settings", () => {
  const of = (template: object, typed: object = {}) =>
    settingsOf({ path: "t.txt", body: "{{input}}", flags: template }, typed);

  test("an option of the command line overrides the template's, and that the default", () => {
    const template = { topP: 0.5, maxTokens: 7 };
    expect(of(template, { topP: 0.8 })).toEqual({
      flags: { dialect: "lecture", cache: true, topP: 0.8, maxTokens: 7 },
      seed: 0,
    });
    expect(of({ seed: 3 }).choices).toBeUndefined();
    expect(of({ seed: 3 })).toMatchObject({ seed: 3 });
    expect(of({ dialect: "hf", seed: 3 }, { seed: 4 })).toMatchObject({ flags: { dialect: "hf" }, seed: 4 });
  });

  test("--greedy replaces the template's sampling and seed, and sampling its greedy", () => {
    expect(of({ temperature: 0.5, topP: 0.9, seed: 1, maxTokens: 5 }, { greedy: true })).toEqual({
      flags: { dialect: "lecture", cache: true, maxTokens: 5, greedy: true },
      seed: 0,
    });
    expect(of({ greedy: true, maxTokens: 5 }, { temperature: 1 })).toEqual({
      flags: { dialect: "lecture", cache: true, maxTokens: 5, temperature: 1 },
      seed: 0,
    });
  });

  test("--choices replaces what the template generates; --normalize its normalization", () => {
    expect(of({ greedy: true, maxTokens: 5 }, { choices: ["a", "b"] })).toEqual({
      choices: ["a", "b"],
      normalize: "none",
    });
    const template = { choices: ["a", "b"], normalize: "prior" };
    expect(of(template)).toEqual(template);
    expect(of(template, { normalize: "length", choices: ["c", "d"] })).toEqual({
      choices: ["c", "d"],
      normalize: "length",
    });
  });

  test.each<[string, object, object, string]>([
    [
      "choices and a length in a template",
      { choices: ["a", "b"], maxTokens: 3 },
      {},
      "t.txt: max-tokens cannot be combined with choices: nothing is generated",
    ],
    [
      "normalize alone in a template",
      { normalize: "prior" },
      {},
      "t.txt: normalize does nothing without choices; give them too",
    ],
    [
      "greedy and top-k in a template",
      { greedy: true, topK: 3 },
      {},
      "t.txt: greedy takes the most probable token whatever top-k does",
    ],
    [
      "greedy and a seed in a template",
      { greedy: true, seed: 3 },
      {},
      "t.txt: --seed cannot be combined with --greedy",
    ],
    [
      "--max-tokens with a template's choices",
      { choices: ["a", "b"] },
      { maxTokens: 3 },
      "--max-tokens cannot be combined with the choices of the template: nothing is generated",
    ],
    [
      "--top-p with --choices",
      {},
      { choices: ["a", "b"], topP: 0.5 },
      "--top-p cannot be combined with --choices: nothing is generated",
    ],
    ["--normalize alone", {}, { normalize: "prior" }, "--normalize does nothing without --choices; give that too"],
    [
      "--seed with --greedy",
      {},
      { seed: 3, greedy: true },
      "--seed cannot be combined with --greedy: nothing is drawn",
    ],
  ])("refuses %s", (_, template, typed, message) => {
    expect(() => of(template, typed)).toThrow(message);
  });
});
