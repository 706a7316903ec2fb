/** The origins of --cors. */
import { expect, test } from "vitest";
import { gatherOrigins } from "../../src/serve/origins.ts";

test("origins are collected", () => {
  expect(gatherOrigins("*", gatherOrigins("http://localhost:3000"))).toEqual(["http://localhost:3000", "*"]);
});

test.each([
  "nonsense",
  "http://localhost:3000/",
  "http://localhost/page",
  "HTTP://localhost",
  "http://a:80",
  "null",
  "",
])("%j is refused: no browser sends it", (text) => {
  expect(() => gatherOrigins(text)).toThrow(
    'must be an origin such as http://localhost:3000, without a path or a slash at its end, or "*" for all',
  );
});
