/** The page and the strips of tsgpt score in Chromium: what is shown, by pointer, by keyboard and without JavaScript, and that nothing is fetched. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { htmlPage, probabilityStrips, scoreText } from "../../packages/analysis/src/index.ts";
import { loadModel } from "../../packages/gpt/src/node/index.ts";
import { FULL } from "../setup/sample.ts";
import { executablePath, hasChromium } from "./executable.ts";
import { openPage } from "./open-page.ts";

const TEXT = `Once upon a time <script>alert(1)</script> ]]> </style> \u202Ethere was\u202C a 🦓 & a "king" <img src="http://127.0.0.1:9/x" onerror="alert(1)">`;
const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "tsgpt-page-"));

describe.runIf(hasChromium)("in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    const model = await loadModel(join(root, "weights/fairytales"));
    const { tokenizer } = model;
    const scores = await scoreText(model, tokenizer?.encode(TEXT) ?? []);
    writeFileSync(join(folder, "page.html"), htmlPage(scores, { title: TEXT, summary: [TEXT], tokenizer }));
    writeFileSync(join(folder, "strips.svg"), probabilityStrips([{ name: TEXT, scores }], { title: TEXT, tokenizer }));
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const opened = (name: string, options: BrowserContextOptions = {}) =>
    openPage(browser, pathToFileURL(join(folder, name)).href, { viewport: { width: 1000, height: 800 }, ...options });
  const own = (name: string) => [pathToFileURL(join(folder, name)).href];

  test("the page asks for nothing, runs nothing, and shows the text as it is", async () => {
    const { page, happened } = await opened("page.html");
    const shown = (await page.locator(".text bdi").allTextContents()).join("");
    expect(shown).toContain("<script>alert(1)</script> ]]> </style> \\u202ethere was\\u202c a 🦓");
    expect(await page.locator("script, img").count()).toBe(0);
    expect(happened).toEqual(own("page.html"));
  });

  test("a token's alternatives are shown where the pointer is, and where the focus is", async () => {
    const { page } = await opened("page.html");
    const [first, second] = [page.locator(".text .token").nth(2), page.locator(".text .token").nth(3)];
    await expect(first.locator(".card").isVisible()).resolves.toBe(false);
    await first.hover();
    await expect(first.locator(".card").isVisible()).resolves.toBe(true);
    expect(await first.locator(".alternative").count()).toBe(5);
    await page.mouse.move(0, 0);
    await first.focus();
    await page.keyboard.press("Tab");
    await expect(second.locator(".card").isVisible()).resolves.toBe(true);
    await expect(first.locator(".card").isVisible()).resolves.toBe(false);
  });

  test.runIf(FULL)("Tab goes from token to token on a narrow screen, and none is hidden behind the card", async () => {
    const { page } = await opened("page.html", { viewport: { width: 360, height: 640 } });
    const tokens = await page.locator(".text .token").count();
    await page.locator(".text .token").first().focus();
    for (let i = 0; i < 2 * tokens; i++) {
      const state = await page.evaluate(`(() => {
        const token = document.activeElement.closest(".token");
        if (!token) return document.activeElement.tagName === "SUMMARY" ? "end" : "lost";
        const card = token.querySelector(".card").getBoundingClientRect();
        return token.querySelector("bdi").getBoundingClientRect().top < card.top ? "seen" : "hidden";
      })()`);
      if (state === "end") break;
      expect(state).toBe("seen");
      await page.keyboard.press("Tab");
    }
  });

  test.runIf(FULL)("rows of the table keep their height on a narrow screen", async () => {
    const { page } = await opened("page.html", { viewport: { width: 360, height: 640 } });
    await page.locator("summary").click();
    const heights = await page.locator(".tokens tbody tr").evaluateAll((rows) => rows.map((row) => row.clientHeight));
    expect(Math.max(...heights)).toBeLessThan(90);
  });

  test.runIf(FULL)("without JavaScript every token is in the table, and the card is shown", async () => {
    const { page } = await opened("page.html", { javaScriptEnabled: false });
    await page.locator("summary").click();
    const rows = page.locator(".tokens tbody tr");
    expect(await rows.count()).toBe(await page.locator(".text .card .row b").count());
    await expect(rows.nth(1).isVisible()).resolves.toBe(true);
    await page.locator(".text .token").nth(4).hover();
    await expect(page.locator(".text .token").nth(4).locator(".card").isVisible()).resolves.toBe(true);
  });

  test.runIf(FULL)("nothing is wider than a telephone's window", async () => {
    const { page } = await opened("page.html", { viewport: { width: 360, height: 700 } });
    await page.locator("summary").click(); // the table scrolls by itself
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
  });

  test("the strips are well-formed XML, ask for nothing, and stay within their frame", async () => {
    const { page, happened } = await opened("strips.svg");
    expect(await page.evaluate("document.documentElement.nodeName")).toBe("svg");
    expect(await page.evaluate("document.querySelectorAll('parsererror, script').length")).toBe(0);
    const outside = `[...document.querySelectorAll("rect[x]")].filter((bar) => bar.getBBox().x + bar.getBBox().width > 945 || bar.getBBox().y < 64).length`;
    expect(await page.evaluate(outside)).toBe(0);
    expect(happened).toEqual(own("strips.svg"));
  });
});
