/** The commands of the documents run: of the README's blocks and of the others a sample; all of them in the full run. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createProgram } from "../packages/cli/src/program.ts";
import {
  type Command,
  commands,
  EXCEPTIONS,
  exceptionFor,
  FOREIGN_OPTIONS,
  LANGUAGES,
  options,
  runnable,
  STAND_INS,
} from "./documents/commands.ts";
import { blocks, documents, languages, prose, text } from "./documents/documents.ts";
import { openShell, type Shell } from "./documents/shell.ts";
import { FULL, sample } from "./setup/sample.ts";

const { scripts } = JSON.parse(text("package.json"));

test("no block is in a language that no test runs, but one", () => {
  expect([...languages()].sort()).toEqual(Object.keys(LANGUAGES).sort());
  const documentsIn = (language: string) => [...new Set(blocks(language).map(({ document }) => document))];
  expect(documentsIn("python")).toEqual(["docs/int8-layout.md"]);
  expect(documentsIn("")).toEqual(["docs/sampling.md"]);
  for (const language of ["js", "text"]) {
    const others = documentsIn(language).filter((document) => !/^(packages|weights)\/\w+\/README\.md$/.test(document));
    expect(others).toEqual([]);
  }
});

test("npx is never told to run pnpm without -y, for npm asks, or fails, each time", () => {
  const wrong = documents.filter((document) => /npx pnpm/.test(text(document)) || /`pnpm /.test(prose(document)));
  expect(wrong).toEqual(["docs/decisions/0011-first-run.md"]); // which says why
});

test("every script that the documents run is one of package.json", () => {
  const named = commands.flatMap(({ code }) => [...code.matchAll(/npx -y pnpm@12 (?:--silent )?([\w:-]+)/g)]);
  expect(named.length).toBeGreaterThan(10);
  expect(named.map(([, script]) => script).filter((script) => !(script in scripts))).toEqual([]);
  expect(Object.keys(STAND_INS).filter((script) => !(script in scripts))).toEqual([]);
});

test("every exception is for a command that a document has", () => {
  const unused = EXCEPTIONS.filter((exception) => !commands.some((command) => exceptionFor(command) === exception));
  expect(unused.map(({ code }) => code.source)).toEqual([]);
});

test("every option that a document mentions is one of a program here", async () => {
  const { commands: ofCli, options: ofProgram } = await createProgram();
  const declared = [
    ...ofProgram,
    ...ofCli.flatMap((command) => [command, ...command.commands]).flatMap(({ options }) => options),
  ].map(({ long }) => long);
  const others = [
    "bench/src/run.ts",
    "bench/src/load/run.ts",
    "bench/src/scale/run.ts",
    "bench/peers/src/options.ts",
    "bench/peers/src/training/options.ts",
    "packages/gpt/test/fuzz/run.ts",
    "packages/explorer/server/arguments.ts",
    "tools/explorer/screenshots.ts",
    "tools/bundled/train.ts",
  ]
    .map(text)
    .join("\n");
  const isKnown = (option: string) =>
    [...declared, "--help", ...FOREIGN_OPTIONS].includes(option) ||
    [`"${option}`, `${option} `, ` ${option.slice(2)}: { type`, `"${option.slice(2)}": { type`].some((name) =>
      others.includes(name),
    );
  expect(options.length).toBeGreaterThan(20);
  expect(options.filter(({ option }) => !isKnown(option))).toEqual([]);
});

/** Some of the README's blocks; and some of the rest, without what has nothing to run, and without benchmarks but in the full run. */
const isFirst = ({ document, code }: Command) => document === "README.md" && code.includes("\n");
const isIdle = ({ code }: Command) =>
  /pnpm@12 (?:test|test:full|check|format|build|sampling-doc|detection-doc|prompting-doc|training-doc)$/.test(code);
const isLong = ({ code }: Command) => / bench(-scale)?( |$)/.test(code);
const others = runnable.filter((command) => !isFirst(command) && !isIdle(command) && (FULL || !isLong(command)));
const tried = [...sample(runnable.filter(isFirst), 3), ...sample(others, 2, 2)];

describe.skipIf(process.platform === "win32")("in a POSIX shell", () => {
  let shell: Shell;
  beforeAll(async () => {
    shell = await openShell();
  });
  afterAll(() => shell.close());

  test("what fails fails", async () => {
    await expect(shell.run("npx -y pnpm@12 --silent tsgpt generate --no-such-option", "README.md")).rejects.toThrow(
      "unknown option '--no-such-option'",
    );
    await expect(shell.run("npx pnpm@12 start", "README.md")).rejects.toThrow("documents say npx -y pnpm@12");
  });

  test.each(tried)("$document: $code", { timeout: 300_000 }, async ({ document, run }) => {
    await shell.run(run, document);
  });
});
