import { expect, test } from "vitest";
import { hex, utf8 } from "../src/components/text/bytes.ts";

test("bytes are pairs of digits", () => {
  expect(hex(Uint8Array.of(0x20, 0x0a, 0xf0))).toBe("20 0A F0");
});

test("whole characters are text, a byte-order mark too; half a character is none", () => {
  const bytes = new TextEncoder().encode("\ufeff👑");
  expect(utf8(bytes)).toBe("\ufeff👑");
  expect(utf8(bytes.slice(0, -1))).toBeUndefined();
});
