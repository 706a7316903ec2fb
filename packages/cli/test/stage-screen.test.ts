/** A stage laid out for a terminal. */
import type { Stage } from "@tsgpt/analysis";
import { describe, expect, test } from "vitest";
import { allStages, inputOf, loadModel } from "../../analysis/test/explained.ts";
import { stageScreen } from "../src/terminal/stage-screen.ts";

const stage = (tables: Stage["tables"], formula: readonly string[] = ["x = y"]): Stage => ({
  name: "attention",
  title: "A title",
  formula,
  facts: ["A fact."],
  tables,
});
const plain = { width: 60, color: false };

test("a rule with the stage's number, title, formula, facts, then columns with bars up to the width", () => {
  const table = {
    caption: "a caption",
    columns: [
      { title: "rank", kind: "number" },
      { title: "token", kind: "text" },
      { title: "", kind: "bar" },
    ],
    rows: [
      ["1", '" king"', 1],
      ["12", '"a"', 0.5],
      ["13-20", "8 tokens", 0.25],
    ],
    marked: 1,
    sumsFrom: 2,
    notes: ["A note."],
  } as const;
  expect(stageScreen(stage([table]), { width: 40, color: false })).toBe(`\
── 3 of 8: attention ───────────────────
A title
  x = y
A fact.

a caption
   rank  token
      1  " king"   █████████████████████
>    12  "a"       ██████████▌
  13-20  8 tokens  ░░░░░
  A note.
`);
});

test("negative bars are on the left of an axis that all rows share", () => {
  const columns = [
    { title: "part", kind: "text" },
    { title: "", kind: "bar" },
  ] as const;
  const rows = [
    ["a", 1],
    ["b", -0.5],
  ] as const;
  const shown = stageScreen(stage([{ caption: "c", columns, rows, notes: [] }]), { width: 25, color: false });
  expect(shown.split("\n").slice(7, 9)).toEqual(["  a             │████████", "  b         ████│"]);
});

test("a list is broken between its texts, under its own column", () => {
  const columns = [
    { title: "x", kind: "text" },
    { title: "likeliest", kind: "list" },
  ] as const;
  const rows = [["layer 0", ['" the" 40', '" a" 20', '" king" 10', '" queen" 5']]] as const;
  const shown = stageScreen(stage([{ caption: "c", columns, rows, notes: [] }]), { width: 40, color: false });
  expect(shown.split("\n").slice(6, 9)).toEqual([
    "  x        likeliest",
    '  layer 0  " the" 40  " a" 20',
    '           " king" 10  " queen" 5',
  ]);
});

test("shades are side by side, with positions over them, and a legend", () => {
  const columns = [
    { title: "i", kind: "number" },
    ...[98, 99, 100].map((j) => ({ title: `${j}`, kind: "shade" }) as const),
  ] as const;
  const rows = [
    ["99", 0.9, 0.1, undefined],
    ["100", 0.3, 0.02, 0.6],
  ];
  const shown = stageScreen(stage([{ caption: "c", columns, rows, notes: [] }]), plain).split("\n");
  expect(shown.slice(6, 11)).toEqual([
    "    i  98",
    "   99  ██░░",
    "  100  ▒▒··▓▓",
    "  ·· below 5%  ░░ 5 to 25%  ▒▒ 25 to 50%  ▓▓ 50 to 75%",
    "  ██ 75% or more",
  ]);
  expect(stageScreen(stage([{ caption: "c", columns, rows, notes: [] }]), { ...plain, color: true })).toContain(
    "   99  \x1b[48;5;226m  \x1b[0m\x1b[48;5;25m  \x1b[0m\n",
  );
});

test("a long token is clipped, a long formula wrapped", () => {
  const columns = [{ title: "token", kind: "text" }] as const;
  const rows = [["x".repeat(100)]];
  const shown = stageScreen(stage([{ caption: "c", columns, rows, notes: [] }], ["a ".repeat(60)]), plain);
  expect(shown).toContain(`${"x".repeat(23)}…\n`);
  expect(Math.max(...shown.split("\n").map((line) => [...line].length))).toBeLessThanOrEqual(60);
});

test("shades that do not count up have their numbers from top to bottom", () => {
  const columns = [
    { title: "i", kind: "number" },
    ...[0, 7, 130].map((j) => ({ title: `${j}`, kind: "shade" }) as const),
  ] as const;
  const rows = [["130", 0.9, 0.1, 0.3]];
  const shown = stageScreen(stage([{ caption: "c", columns, rows, notes: [] }]), plain).split("\n");
  expect(shown.slice(6, 10)).toEqual(["           1", "           3", "    i  0 7 0", "  130  ██░░▒▒"]);
});

describe("on a narrow terminal", () => {
  const columns = [
    { title: "layer", kind: "number" },
    { title: "what is read", kind: "text" },
    { title: "", kind: "bar" },
    { title: "|attention|", kind: "number" },
  ] as const;
  const table = { caption: "c", columns, rows: [["0", '" once upon"', 1, "1.25"]], notes: [] } as const;
  const at = (width: number) =>
    stageScreen(stage([table]), { width, color: false })
      .split("\n")
      .slice(6, -1);

  test("bars are left out first", () => {
    expect(at(44)).toEqual([
      "  layer  what is read            |attention|",
      '      0  " once upon"  ████████         1.25',
    ]);
    expect(at(40)).toEqual(["  layer  what is read  |attention|", '      0  " once upon"         1.25']);
  });

  test("then texts and titles are cut, then columns are left out, which is said", () => {
    expect(at(24)).toEqual(["  layer  what …  |atten…", '      0  " onc…     1.25']);
    expect(at(17).slice(0, 2)).toEqual(["  layer  what is…", '      0  " once …']);
    expect(at(17).join(" ").replaceAll(/\s+/g, "")).toContain("Hidden,astheterminalisnarrow:|attention|.");
  });
});

test("on a narrow terminal a list stays, and other columns are left out", () => {
  const columns = [
    { title: "x after", kind: "text" },
    { title: "target", kind: "number" },
    { title: "likeliest", kind: "list" },
  ] as const;
  const rows = [["layer 10", "12.58%", ['" the" 40%', '" king" 9%']]] as const;
  const shown = stageScreen(stage([{ caption: "c", columns, rows, notes: [] }]), { width: 24, color: false });
  expect(shown.split("\n").slice(6, 9)).toEqual([
    "  x after   likeliest",
    '  layer 10  " the" 40%',
    '            " king" 9%',
  ]);
});

test("no line of any stage is longer than a terminal of 20 columns or more", async () => {
  const model = await loadModel("fairytales-1");
  for (const width of [20, 27, 39, 60, 80]) {
    const tokens = Math.max(3, Math.floor((width - 32) / 2));
    const input = await inputOf(model, "red, blue, red, blue, red, blue, red, blue, red, blue, the wolf", {
      room: { lines: 22, tokens },
    });
    for (const stage of allStages(input)) {
      for (const line of stageScreen(stage, { width, color: false }).split("\n"))
        expect([...line].length, `${width}: ${line}`).toBeLessThanOrEqual(width);
    }
  }
});
