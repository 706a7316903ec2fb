/** Texts to train on as they are read. */
import { memorySource } from "@tsgpt/gpt";
import { expect, test } from "vitest";
import { DataError, readText } from "../src/index.ts";

const read = (bytes: Uint8Array) => readText(memorySource("story.txt", bytes));
const messageOf = (bytes: Uint8Array) =>
  read(bytes).then(
    () => "nothing was thrown",
    (error: Error) => (error instanceof DataError ? error.message : String(error)),
  );

test("UTF-8 as it is, a byte order mark and line ends included", async () => {
  const text = "\ufeffé漢\u{1f600}\r\n";
  expect(await read(new TextEncoder().encode(text))).toBe(text);
});

test("an empty file is refused", async () => {
  expect(await messageOf(new Uint8Array())).toBe("story.txt: is empty; a text is needed");
});

test("a file that no string holds is refused before it is read", async () => {
  const source = { ...memorySource("story.txt", new Uint8Array()), size: 500_000_001 };
  await expect(readText(source)).rejects.toThrow(
    "story.txt: has 500000001 bytes, the most is 500000000: split it into several files",
  );
});

test.each([
  ["Latin-1", [0x63, 0x61, 0x66, 0xe9, 0x20, 0x78], 3, "0xe9"],
  ["a character cut at the end", [0x61, 0xe2, 0x82], 1, "0xe2"],
  ["a lone continuation", [0x61, 0x62, 0x80], 2, "0x80"],
  ["UTF-16", [0xff, 0xfe, 0x61, 0x00], 0, "0xff"],
  ["a surrogate", [0xc3, 0xa9, 0xed, 0xa0, 0x80], 2, "0xed"],
])("%s is refused, and the first wrong byte is named", async (_, bytes, at, byte) => {
  expect(await messageOf(Uint8Array.from(bytes))).toBe(
    `story.txt: is not UTF-8: byte ${at} is ${byte}; convert it to UTF-8`,
  );
});
