/** Texts cut to a width. */
import { expect, test } from "vitest";
import { cut } from "../src/components/heat-map/fitted-text.ts";

const within = (width: number) => (part: string) => Array.from(part).length <= width;

test("a text that fits is left as it is; another has as many characters as fit before an ellipsis", () => {
  expect(cut("fortune", within(7))).toBe("fortune");
  expect(cut("fortune", within(6))).toBe("fortu…");
  expect(cut("fortune", within(1))).toBe("…");
  expect(cut("fortune", within(0))).toBe("…");
});

test("a character beyond 16 bits is not split", () => {
  expect(cut("👑👑👑", within(2))).toBe("👑…");
});
