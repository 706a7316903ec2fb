/** The page and the strips as text: nothing from outside opens or closes markup, nothing is fetched, and colors can be read. */
import {
  htmlPage,
  probabilityStrips,
  RANK_CLASSES,
  RANK_STYLES,
  scoreText,
  type TokenScores,
  textPieces,
  visibleText,
} from "@tsgpt/analysis";
import type { Model } from "@tsgpt/gpt";
import { createSimdEngine } from "@tsgpt/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { escapeMarkup } from "../src/score/visible-text.ts";
import { loadFixture } from "./fixture-files.ts";

const HOSTILE = `<script>alert(1)</script> </style> ]]> & "a" 'b' \u202Ereversed\u2066 \u001b[31m red <img src=x onerror=alert(1)> 🦓`;
const engine = createSimdEngine({ threads: 1 });
let model: Model;
let scores: TokenScores;
beforeAll(async () => {
  model = await loadFixture("packages/gpt/test/fixtures/fairytales-1", engine);
  scores = await scoreText(model, model.tokenizer?.encode(HOSTILE) ?? []);
});
afterAll(() => engine.dispose());

const page = () => htmlPage(scores, { title: HOSTILE, summary: [HOSTILE], tokenizer: model.tokenizer });
const strips = () =>
  probabilityStrips(
    [
      { name: HOSTILE, scores },
      { name: "other", scores },
    ],
    { title: HOSTILE, tokenizer: model.tokenizer },
  );

describe("a hostile text", () => {
  test("the page has no tag but its own, no script and no attribute that runs one", () => {
    const tags = new Set([...page().matchAll(/<([a-z!]+\d?)/g)].map(([, tag]) => tag));
    const own = [
      "!doctype",
      "html",
      "head",
      "meta",
      "link",
      "title",
      "style",
      "body",
      "main",
      "h1",
      "p",
      "table",
      "caption",
      "tr",
      "td",
      "th",
      "thead",
      "tbody",
      "span",
      "b",
      "bdi",
      "div",
      "details",
      "summary",
    ];
    expect([...tags].filter((tag) => !own.includes(tag))).toEqual([]);
    expect(page()).not.toMatch(/<[^>]*\son\w+=/);
  });

  test("the strips have no tag but their own, and no ]]>", () => {
    const tags = new Set([...strips().matchAll(/<([a-z!]+)/g)].map(([, tag]) => tag));
    expect([...tags].sort()).toEqual(["g", "path", "rect", "svg", "text", "title"]);
    expect(strips()).not.toContain("]]>");
  });

  test("controls, those of direction among them, are shown by their number", () => {
    for (const output of [page(), strips()]) {
      expect(output).toContain("\\u202e");
      expect(output).toContain("\\u2066");
      expect(output).toContain("\\u001b");
      expect(output.replaceAll("\n", "")).not.toMatch(/\p{Cc}|\p{Bidi_Control}/u);
    }
  });

  test("an emoji of several tokens stands whole in the text", () => {
    expect(page()).toContain("<bdi>🦓</bdi>");
    expect(
      textPieces(scores, model.tokenizer)
        .map(({ text }) => text)
        .join(""),
    ).toBe(HOSTILE);
  });

  test("the page fetches nothing: its policy allows no source but its own style and a data: icon, and it names no address", () => {
    expect(page()).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`);
    expect(page()).not.toMatch(/https?:|url\(|@import| src=[^x]/);
    expect(strips().replaceAll('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(/https?:|url\(|href/);
  });
});

test("without a tokenizer the ids stand in brackets", async () => {
  const ids = [3, 1, 4];
  const bare = await scoreText(model, ids);
  expect(textPieces(bare).map(({ text }) => text)).toEqual(["[3]", "[1]", "[4]"]);
  expect(htmlPage(bare, { title: "x", summary: [] })).toContain("<td>[4]</td>");
});

test("newlines and tabs stay, joiners too; lone surrogates and private characters have their number", () => {
  expect(visibleText("a\n\tb👨‍👩‍👧")).toBe("a\n\tb👨‍👩‍👧");
  expect(visibleText("\ud800 \u{f0000} \ufeff \u2028")).toBe("\\ud800 \\u{f0000} \\ufeff \\u2028");
  expect(escapeMarkup(`<a href="x">'&'</a>`)).toBe("&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
});

/** WCAG 2.2: relative luminance of #rrggbb. */
function luminance(color: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = Number.parseInt(color.slice(i, i + 2), 16) / 255;
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
const contrast = (a: string, b: string) => {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
};

test("black on white has contrast 21, and #767676 on white 4.54", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 10);
  expect(contrast("#767676", "#ffffff")).toBeCloseTo(4.54, 2);
});

describe("the classes", () => {
  test.each(RANK_CLASSES)("%s: text on its background has a contrast of 4.5 or more", (name) => {
    const { background, foreground } = RANK_STYLES[name];
    expect(contrast(background, foreground)).toBeGreaterThanOrEqual(4.5);
  });

  test("backgrounds darken from class to class, so that they are told apart without hue; marks and underlines differ", () => {
    const styles = RANK_CLASSES.map((name) => RANK_STYLES[name]);
    for (let i = 1; i < styles.length; i++)
      expect(contrast(styles[i - 1].background, styles[i].background)).toBeGreaterThan(1.3);
    expect(new Set(styles.map(({ mark }) => mark)).size).toBe(4);
    expect(new Set(styles.map(({ underline }) => underline)).size).toBe(4);
  });

  test("the page's other colors on their backgrounds, and the strips' headings on white", () => {
    for (const [text, back] of [
      ["#4a4a4a", "#ffffff"],
      ["#1a1a1a", "#ffffff"],
      ["#ffffff", "#1a1a1a"],
      ["#1a1a1a", "#f0f0f0"],
    ]) {
      expect(contrast(text, back)).toBeGreaterThanOrEqual(4.5);
    }
    const colors = [...strips().matchAll(/<text[^>]* fill="(#\w{6})"/g)].map(([, color]) => color);
    expect(colors).toHaveLength(2);
    for (const color of colors) expect(contrast(color, "#ffffff")).toBeGreaterThanOrEqual(4.5);
  });
});

test("a strip has a bar for each scored token, as tall as its probability, with the token in its title", async () => {
  const ids = model.tokenizer?.encode("Once upon a time") ?? [];
  const svg = probabilityStrips([{ name: "one", scores: await scoreText(model, ids) }], {
    title: "x",
    tokenizer: model.tokenizer,
  });
  const bars = [
    ...svg.matchAll(/<rect x="[\d.]+" y="[\d.]+" width="[\d.]+" height="([\d.]+)"><title>(.*?) ([\d.]+)<\/title>/g),
  ];
  expect(bars.map(([, , token]) => token)).toEqual(["&quot; upon&quot;", "&quot; a&quot;", "&quot; time&quot;"]);
  for (const [, height, , probability] of bars) expect(Number(height)).toBeCloseTo(150 * Number(probability), 0);
});
