/** Commands as data: what an action receives is typed by the options declared, and no command is left out. */
import { readdirSync } from "node:fs";
import { Command } from "commander";
import { describe, expect, expectTypeOf, test } from "vitest";
import { command } from "../src/command.ts";
import { conflicting, type OptionsOf, option } from "../src/options/option.ts";
import { gather, wholeNumber } from "../src/options/values.ts";
import { COMMANDS, createProgram } from "../src/program.ts";

const options = [
  option("--top-n <n>", "a number", { parse: wholeNumber(0) }),
  option("--depth <n>", "one with a default", { parse: wholeNumber(0), default: 3 }),
  option("--dtype <type>", "one of several", { choices: ["f32", "int8"] }),
  option("--output <file>", "text that must be given", { mandatory: true }),
  option("--stop <text>", "a list", { parse: gather }),
  option("--no-repeat-ngram <n>", "no negation", { parse: wholeNumber(0) }),
  option("--no-cache", "a negation"),
  option("--json", "a flag", { conflicts: "stop" }),
] as const;
type Options = OptionsOf<typeof options>;

/** Runs a command of these options, and one argument that may be left out, and gives what its action received. */
async function received(...typed: string[]): Promise<readonly [string | undefined, Options]> {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  let seen: readonly [string | undefined, Options] | undefined;
  command({
    name: "try",
    summary: "",
    arguments: [["[text]", "a text"]],
    options,
    help: "",
    action: async (text, given) => {
      seen = [text, { ...given }];
    },
  }).addTo(program);
  await program.parseAsync(["try", ...typed], { from: "user" });
  return seen as readonly [string | undefined, Options];
}

describe("what an action receives", () => {
  test("has a value for every option that was given or has a default, and no other", async () => {
    expect(await received("--output", "x")).toEqual([undefined, { output: "x", depth: 3, cache: true }]);
    const typed = ["--top-n", "2", "--depth", "0", "--dtype", "int8", "--no-repeat-ngram", "4", "--no-cache"];
    expect(await received("text", "--output", "x", ...typed, "--stop", "a", "--stop", "b")).toEqual([
      "text",
      { output: "x", topN: 2, depth: 0, dtype: "int8", noRepeatNgram: 4, cache: false, stop: ["a", "b"] },
    ]);
    expect((await received("--output", "x", "--json"))[1].json).toBe(true);
  });

  test("has the type that the declaration says", () => {
    expectTypeOf<Options>().toEqualTypeOf<{
      readonly topN?: number;
      readonly depth: number;
      readonly dtype?: "f32" | "int8";
      readonly output: string;
      readonly stop?: string[];
      readonly noRepeatNgram?: number;
      readonly cache: boolean;
      readonly json?: boolean;
    }>();
  });

  test("a wrong name, a wrong type or a wrong argument in an action does not compile", () => {
    const rest = { name: "try", summary: "", help: "", options } as const;
    // @ts-expect-error it is topN
    command({ ...rest, arguments: [], action: async ({ topM }) => void topM });
    // @ts-expect-error it may be missing
    command({ ...rest, arguments: [], action: async ({ topN }) => void topN.toFixed() });
    // @ts-expect-error it is a number
    command({ ...rest, arguments: [], action: async ({ depth }) => void depth.trim() });
    // @ts-expect-error it may be left out
    command({ ...rest, arguments: [["[text]", ""]], action: async (text) => void text.trim() });
    const declared = command({ ...rest, arguments: [["<text>", ""]], action: async (text) => void text.trim() });
    expect(declared.name).toBe("try");
  });
});

test("a check runs before the action, where its option was given", async () => {
  const checked: unknown[] = [];
  const program = new Command();
  command({
    name: "try",
    summary: "",
    arguments: [],
    options: [
      option("--threads <n>", "", { parse: wholeNumber(1), check: (all: object) => void checked.push({ ...all }) }),
      option("--quiet", ""),
    ],
    help: "",
    action: async () => void checked.push("action"),
  }).addTo(program);
  await program.parseAsync(["try", "--quiet"], { from: "user" });
  await program.parseAsync(["try", "--quiet", "--threads", "2"], { from: "user" });
  expect(checked).toEqual(["action", { quiet: true, threads: 2 }, "action"]);
});

test("conflicting options go with none of the others' key", () => {
  const [first] = conflicting("preset", [option("--model <model>", "", { default: "x" })] as const);
  expect(first.details).toEqual({ default: "x", conflicts: "preset" });
});

describe("the program", () => {
  test("has every command that has a file, each of its file's name", async () => {
    const namesIn = (folder: string) =>
      readdirSync(new URL(folder, import.meta.url)).flatMap((name) => (name.endsWith(".ts") ? name.slice(0, -3) : []));
    expect(Object.keys(COMMANDS).sort()).toEqual(namesIn("../src/commands").sort());
    const [batch] = (await createProgram("batch")).commands;
    expect(batch?.commands.map((one) => one.name()).sort()).toEqual(namesIn("../src/commands/batch").sort());
    const declared = await Promise.all(Object.values(COMMANDS).map((load) => load()));
    expect(declared.map(({ name }) => name)).toEqual(Object.keys(COMMANDS));
  });

  test("loads the command named alone, and all of them for any other word", async () => {
    expect((await createProgram("pull")).commands.map((one) => one.name())).toEqual(["pull"]);
    for (const word of [undefined, "help", "--help", "pul"]) {
      expect((await createProgram(word)).commands.map((one) => one.name())).toEqual(Object.keys(COMMANDS));
    }
  });

  test("every conflict is with an option of the command", async () => {
    const { commands } = await createProgram();
    const conflicts = commands.flatMap(({ options, name }) => {
      const keys = options.map((one) => one.attributeName());
      const named = options.flatMap((one) => (one as unknown as { conflictsWith: string[] }).conflictsWith);
      return named.map((key) => ({ name, key, known: keys.includes(key) }));
    });
    expect(conflicts.length).toBeGreaterThan(10);
    expect(conflicts.filter(({ known }) => !known)).toEqual([]);
  });
});
