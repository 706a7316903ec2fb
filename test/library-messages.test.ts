/** A message of a library is read by users of the library: it names options of functions, not those of the command line. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const packages = join(import.meta.dirname, "..", "packages");
const COMMANDS = ["cli", "tsgpt"];
const LIBRARIES = readdirSync(packages).filter(
  (name) => !COMMANDS.includes(name) && existsSync(join(packages, name, "src")),
);

/** `--offline`, `tsgpt models`, and the words for them; Node's own flags are advice for its users too, and CSS has `--size: 1`. */
const OF_COMMAND_LINES =
  /(?<![\w-]|node |var\(|@property )--[a-z][\w-]*(?![\w-]*:)|\btsgpt [a-z]|\bflags?\b|\bcommands?\b|\bcommand line\b|\bCLI\b/;

/** Comments, which are skipped, and the three kinds of string. */
const TOKENS = /\/\/.*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g;

/** The texts of a source, of two words or more. */
function textsOf(code: string): string[] {
  const tokens = [...code.matchAll(TOKENS)].map(([token]) => token);
  return tokens.filter((token) => /^["'`]/.test(token) && /\s/.test(token));
}

test.each(LIBRARIES)("no message of %s speaks of a command line", (name) => {
  const folder = join(packages, name, "src");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const texts = files.flatMap((file) => textsOf(readFileSync(join(folder, file), "utf8")));
  expect(texts.length).toBeGreaterThan(0);
  expect(texts.filter((text) => OF_COMMAND_LINES.test(text))).toEqual([]);
});

test("what such a message is", () => {
  const code = `
    throw new Error("cached models run with --offline"); // "a comment of --offline"
    throw new Error(\`tsgpt models lists what is\`);
    throw new Error("run node --disable-wasm-trap-handler");
    const folder = "models--org--name of a cache";`;
  expect(textsOf(code).filter((text) => OF_COMMAND_LINES.test(text))).toEqual([
    '"cached models run with --offline"',
    "`tsgpt models lists what is`",
  ]);
});
