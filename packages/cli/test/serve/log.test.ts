/** The log of a server: one line for each response and each prompt, whatever they contain. */
import { expect, test } from "vitest";
import { promptLine, responseLine } from "../../src/serve/log.ts";

const REPORT = { method: "POST", path: "/v1/completions", status: 200, seconds: 0.1234, left: false };

test("a response is a line, and a client that left is noted", () => {
  expect(responseLine(REPORT)).toBe("POST /v1/completions 200 0.123 s\n");
  expect(responseLine({ ...REPORT, status: 499, left: true })).toBe(
    "POST /v1/completions 499 0.123 s, the client left\n",
  );
});

test("a path that a terminal could act on is quoted, and a long one cut", () => {
  expect(responseLine({ ...REPORT, path: "/\u001b[2J" })).toBe('POST "/\\u001b[2J" 200 0.123 s\n');
  expect(responseLine({ ...REPORT, path: "/\u009b" })).toBe('POST "/\\u009b" 200 0.123 s\n');
  expect(responseLine({ ...REPORT, path: `/${"a".repeat(500)}` }).length).toBeLessThan(250);
});

test("a prompt is one line of JSON", () => {
  expect(promptLine('"a"\n\u001b\u2028')).toBe('prompt: "\\"a\\"\\n\\u001b\\u2028"\n');
});
