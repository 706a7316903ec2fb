/** Options of a chain whose values are texts: each flag has a resolver, or nothing compiles (tsc checks this file). */
import { expect, test } from "vitest";
import { optionsOfTexts, type TextResolvers } from "../src/options/resolve-chain.ts";

test("the resolvers are complete: without one of them they do not compile", () => {
  const resolve = () => ({});
  const whole: TextResolvers = { banned: resolve, dryBreaker: resolve };
  // @ts-expect-error: --dry-breaker would be ignored
  const withoutBreakers: TextResolvers = { banned: resolve };
  // @ts-expect-error: there is no such flag
  const another: TextResolvers = { ...whole, dummyWord: resolve };
  expect([withoutBreakers, another]).not.toContain(whole);
});

test("without a tokenizer texts are token ids, and none disables breakers", () => {
  const flags = { dialect: "lecture", banned: ["1,2", "3"], dryMultiplier: 1 } as const;
  const banned = [[1, 2], [3]];
  expect(optionsOfTexts({ ...flags, dryBreaker: ["4,5", "6"] }, undefined, 7)).toEqual({
    banned,
    dryBreakers: [4, 5, 6],
  });
  expect(optionsOfTexts({ ...flags, dryBreaker: ["none"] }, undefined, 7)).toEqual({ banned, dryBreakers: [] });
});

test.each([
  [{ banned: ["1,7"] }, "--banned: token id 7 is out of range; ids go from 0 to 6"],
  [{ dryMultiplier: 1, dryBreaker: ["8"] }, "--dry-breaker: token id 8 is out of range; ids go from 0 to 6"],
  [{ banned: ["x"] }, '--banned "x": with --logits give token ids, 1,2,3; a text needs --prompt or --model'],
])("%j is an error", (flags, message) => {
  expect(() => optionsOfTexts({ dialect: "lecture", ...flags }, undefined, 7)).toThrow(message);
});
