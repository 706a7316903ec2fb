/** The text that a command is about, by the same rules in every command. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, test, vi } from "vitest";
import { readStdin } from "../src/input/read-stdin.ts";
import { readText, typedText } from "../src/input/text-argument.ts";
import { createProgram } from "../src/program.ts";
import { emptyFolder, fixture, tsgpt } from "./process.ts";

function file(contents: string | Uint8Array): string {
  const path = join(emptyFolder(), "story.txt");
  writeFileSync(path, contents);
  return path;
}

const stdin = (...pieces: (string | Uint8Array)[]) =>
  readStdin(new AbortController().signal, Readable.from(pieces.map((piece) => Buffer.from(piece))));

/** What `read` writes to stderr. */
async function noted(read: () => Promise<string>): Promise<[text: string, notes: string]> {
  const spy = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    return [await read(), spy.mock.calls.map(([text]) => String(text)).join("")];
  } finally {
    spy.mockRestore();
  }
}

test.each([
  ["The king", "The king"],
  ["The king\n", "The king\n"], // typed so
  ["a@b", "a@b"],
  ["@@home", "@home"],
  ["@@", "@"],
  ["@@@x", "@@x"],
  ["", ""],
])("%j typed is %j", async (typed, text) => {
  expect(await typedText(typed)).toBe(text);
});

test.each([
  ["The king", "The king"],
  ["The king\n", "The king"],
  ["The king\r\n", "The king"],
  ["The king\n\n", "The king\n"],
  ["\n", ""],
  ["@home\n", "@home"], // contents are text, not a name
  ["", ""],
])("%j in a file or on stdin is %j", async (contents, text) => {
  expect(await typedText(`@${file(contents)}`)).toBe(text);
  expect(await stdin(contents)).toBe(text);
});

test("a byte order mark at the start is removed, once, and noted", async () => {
  const path = file("\uFEFF\uFEFFThe king\n");
  expect(await noted(() => typedText(`@${path}`))).toEqual([
    "\uFEFFThe king",
    `note: removed the byte order mark, U+FEFF, at the start of ${JSON.stringify(path)}\n`,
  ]);
  expect(await noted(() => stdin(Uint8Array.of(0xef, 0xbb), Uint8Array.of(0xbf), "The \uFEFFking"))).toEqual([
    "The \uFEFFking",
    "note: removed the byte order mark, U+FEFF, at the start of standard input\n",
  ]);
  expect(await noted(() => readText(file("\uFEFF[1, 2]")))).toEqual(["[1, 2]", expect.stringContaining("U+FEFF")]);
});

test("a person at a terminal is told that the command waits, and how to end; a pipe is not", async () => {
  const { signal } = new AbortController();
  const keyboard = Object.assign(Readable.from([Buffer.from("The king\n")]), { isTTY: true });
  expect(await noted(() => readStdin(signal, keyboard))).toEqual([
    "The king",
    "note: reading the text from the terminal; Ctrl-D on a line of its own ends it\n",
  ]);
  expect(await noted(() => stdin("The king\n"))).toEqual(["The king", ""]);
});

test("a byte order mark that was typed stays, without a note", async () => {
  expect(await noted(() => typedText("\uFEFFx"))).toEqual(["\uFEFFx", ""]);
});

test("a file that is not there, is a folder, has no name, or is not UTF-8 is said so", async () => {
  const folder = emptyFolder();
  mkdirSync(join(folder, "x"));
  const hint = "a text that begins with @ is typed with @@";
  await expect(typedText("@no-such")).rejects.toThrow(
    `cannot read "no-such": ENOENT: no such file or directory, open 'no-such'; ${hint}`,
  );
  await expect(typedText(`@${join(folder, "x")}`)).rejects.toThrow(/cannot read ".*x": EISDIR/);
  await expect(typedText("@")).rejects.toThrow(`@ must be followed by a file name: @story.txt; ${hint}`);
  await expect(typedText(`@${file(Uint8Array.of(0x61, 0xff))}`)).rejects.toThrow(/story\.txt" is not UTF-8 text/);
  await expect(stdin(Uint8Array.of(0x61, 0xff))).rejects.toThrow("standard input is not UTF-8 text");
});

describe.concurrent("every command that takes a text takes it by the same rules:", () => {
  const GPT2 = ["--model", fixture("gpt2-tokenizer")];
  const TEXTS: [string, (typed: string[], input?: string) => Promise<string>][] = [
    [
      "generate",
      async (typed, input) =>
        JSON.parse((await tsgpt(["generate", ...typed, "--json", "--max-tokens", "0"], { input: input ?? "" })).stdout)
          .prompt,
    ],
    [
      "tokens",
      async (typed, input) =>
        JSON.parse((await tsgpt(["tokens", ...typed, "--json", ...GPT2], { input: input ?? "" })).stdout).tokens.join(
          "",
        ),
    ],
    [
      "watermark",
      async (typed, input) => {
        const args = ["watermark", ...typed, "--watermark-key", "1", "--json"];
        const { tokens } = JSON.parse((await tsgpt(args, { input: input ?? "" })).stdout);
        return tokens.map(({ text }: { text: string }) => text).join("");
      },
    ],
  ];

  test.each(TEXTS)("%s", async (_, textOf) => {
    const path = file("@home, said the king\n");
    const text = "@home, said the king";
    expect(await Promise.all([textOf([`@${path}`]), textOf([], `\uFEFF${text}\n`)])).toEqual([text, text]);
  });

  test("logits --prompt, which reads no stdin", async () => {
    const path = file("Once upon a time\n");
    const outputs = [`@${path}`, "Once upon a time"].map((prompt) => {
      const output = join(emptyFolder(), "x.safetensors");
      return tsgpt(["logits", "--prompt", prompt, "--output", output]).then(({ code }) => ({ code, output }));
    });
    const [a, b] = await Promise.all(outputs);
    expect([a?.code, b?.code]).toEqual([0, 0]);
    expect((await tsgpt(["compare", a?.output ?? "", b?.output ?? ""])).stdout).toMatch(/^ids +ok/);
  });
});

test.each(["generate", "tokens", "watermark", "logits", "sample"])("%s --help states the rules", async (name) => {
  let help = "";
  const command = (await createProgram(name)).commands.find((known) => known.name() === name);
  command?.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
  expect(help.replaceAll(/\s+/g, " ")).toContain(
    "@file reads a UTF-8 file; type @@ for a text that begins with @. One newline at the end and a byte order mark (U+FEFF) " +
      "at the start are removed from files and standard input. Other options, such as --stop, take their text literally.",
  );
});
