import { expect, test } from "vitest";
import { type LinesOutput, linesReport } from "../src/terminal/lines-report.ts";

/** A report of three lines on a terminal that shows stdout too, and a clock of 100 milliseconds a token. */
function reported(changes: Partial<LinesOutput>) {
  const screen: string[] = [];
  let time = 0;
  const write = (text: string) => void screen.push(text);
  const output = { json: true, write, terminal: { isTTY: true, write }, showProgress: true, now: () => time };
  const report = linesReport({ ...output, ...changes }, 3);
  const tokens = (count: number) => {
    for (let i = 0; i < count; i++) {
      time += 100;
      report.token();
    }
  };
  return { report, tokens, screen };
}

test("progress is one line, and makes room for what is written", () => {
  const { report, tokens, screen } = reported({});
  tokens(6);
  report.done(1, "two");
  tokens(1);
  report.failed(0, new Error("generate: too long"));
  report.close();
  expect(screen).toEqual([
    "\r\x1b[K0 of 3 lines, 5 tokens, 10.0 tokens/s",
    "\r\x1b[K0 of 3 lines, 6 tokens, 10.0 tokens/s",
    "\r\x1b[K1 of 3 lines, 7 tokens, 10.0 tokens/s",
    "\r\x1b[K",
    '{"line":1,"error":"too long"}\n',
    "two\n",
  ]);
  expect([report.tokens, report.failures]).toEqual([7, 1]);
});

test("without JSON results are paragraphs, and an error is said in its turn", () => {
  const { report, screen } = reported({ json: false });
  report.failed(1, new Error("too long"));
  report.done(2, "three");
  report.done(0, "one");
  expect(screen).toEqual(["one\n", "error: line 2: too long\n", "\nthree\n"]);
});

test("no progress where none is asked for", () => {
  const { tokens, screen } = reported({ showProgress: false });
  tokens(20);
  expect(screen).toEqual([]);
});
