/** The page of tsgpt explain in Chromium: it fetches and runs nothing, shows the text as it is, and has the numbers of the walkthrough. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { explainPage, PAGE_ROOM, type StageInput } from "../../packages/analysis/src/index.ts";
import { allStages, inputOf, loadModel } from "../../packages/analysis/test/explained.ts";
import { FULL, sample } from "../setup/sample.ts";
import { executablePath, hasChromium } from "./executable.ts";
import { openPage } from "./open-page.ts";

const TEXT = `red, blue, red, blue, <script>alert(1)</script> </style> \u202Ered\u202C & "king" <img src="http://127.0.0.1:9/x" onerror="alert(1)">`;
const folder = mkdtempSync(join(tmpdir(), "tsgpt-explain-"));
const file = join(folder, "page.html");
const short = join(folder, "short.html"); // its heat map is a table

describe.runIf(hasChromium)("in Chromium", () => {
  let browser: Browser;
  let input: StageInput;
  beforeAll(async () => {
    input = await inputOf(await loadModel("fairytales-1"), TEXT, { room: PAGE_ROOM });
    writeFileSync(file, explainPage(allStages(input), { title: TEXT, summary: [TEXT] }));
    const few = await inputOf(input.model, "red, blue, red, blue, <b>red</b>", { room: PAGE_ROOM });
    writeFileSync(short, explainPage(allStages(few), { title: "short", summary: [] }));
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const opened = (options: BrowserContextOptions = {}, path = file) =>
    openPage(browser, pathToFileURL(path).href, { viewport: { width: 1280, height: 800 }, ...options });

  test("the page asks for nothing, runs nothing, and shows the text as it is", async () => {
    const { page, happened } = await opened();
    expect(await page.locator("h1").textContent()).toBe(TEXT.replace("\u202E", "\\u202e").replace("\u202C", "\\u202c"));
    expect(await page.locator("script, img").count()).toBe(0);
    expect(happened).toEqual([pathToFileURL(file).href]);
  });

  test("its numbers are those of the walkthrough: ids, lens, attribution", async () => {
    const { page } = await opened();
    const { ids, lens, attribution } = input.walkthrough;
    const shown = await page.locator("#tokens tbody td:nth-child(3)").allTextContents();
    expect(shown).toEqual(ids.map(String));
    const likeliest = await page.locator("#lens tbody tr .item:first-child").allTextContents();
    expect(likeliest).toEqual(
      lens.map(
        ({ top }) => `${input.show(top[0]?.id as number)} ${(100 * (top[0]?.probability as number)).toFixed(1)}%`,
      ),
    );
    const parts = (await page.locator("#attribution tbody td.number").allTextContents()).map(Number);
    expect(parts.at(-1)).toBeCloseTo(attribution.logit, 3);
    expect(parts.slice(0, -1).reduce((sum, part) => sum + part, 0)).toBeCloseTo(attribution.logit, 1);
  });

  test.each(sample(["light", "dark"] as const, 1))(
    "in %s every number of the heat map can be read (4.5:1)",
    async (colorScheme) => {
      const { page } = await opened({ colorScheme }, short);
      // Every percentage, also those that this pattern does not have.
      const contrasts = (await page.evaluate(`(() => {
      const luminance = (color) => {
        const parts = color.match(/[\\d.]+/g).slice(0, 3).map(Number).map((v) => (color.startsWith("color(") ? v : v / 255));
        const [r, g, b] = parts.map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const cell = document.querySelector("td.shade");
      return Array.from({ length: 101 }, (_, i) => {
        cell.className = "shade" + (i >= 70 ? " strong" : i >= 53 ? " middle" : "");
        cell.style.setProperty("--weight", i + "%");
        const { color, backgroundColor } = getComputedStyle(cell);
        const [a, b] = [luminance(color), luminance(backgroundColor)];
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      });
    })()`)) as number[];
      expect(Math.min(...contrasts)).toBeGreaterThanOrEqual(4.5);
    },
  );

  test.runIf(FULL)("the heat map of many tokens is drawn whole, each cell where the pattern has it", async () => {
    const { page } = await opened({ viewport: { width: 1280, height: 1400 } });
    const { ids, attention } = input.walkthrough;
    const picture = page.getByRole("img", { name: /^heat map/ });
    const box = await picture.boundingBox();
    expect(box?.width).toBe(box?.height);
    expect((box?.width ?? 0) % ids.length).toBe(0); // whole pixels
    await picture.scrollIntoViewIfNeeded();
    const drawn = await page.evaluate(`(() => {
      const t = ${ids.length};
      const { left, top, width } = document.querySelector("svg.heat").getBoundingClientRect();
      const middle = (i) => ((i + 0.5) * width) / t;
      const classOf = (i, j) =>
        document.elementsFromPoint(left + middle(j), top + middle(i))
          .map((one) => one.getAttribute("class") ?? "")
          .find((name) => /^(level-\\d|seen)$/.test(name)) ?? "masked";
      return Array.from({ length: t }, (_, i) => Array.from({ length: t }, (_, j) => classOf(i, j)));
    })()`);
    const levels = [0.002, 0.01, 0.05, 0.25, 0.5, 0.75];
    const expected = ids.map((_, i) =>
      Array.from(attention.pattern.row(i).data, (weight, j) => {
        const level = levels.findLastIndex((least) => weight >= least);
        return j > i ? "masked" : level < 0 ? "seen" : `level-${level}`;
      }),
    );
    expect(drawn).toEqual(expected);
  });

  test.runIf(FULL)(
    "nothing is wider than a telephone's window; wide tables scroll by themselves, by keyboard too",
    async () => {
      const { page } = await opened({ viewport: { width: 360, height: 700 } }, short);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
      const scrolling = page.getByRole("region", { name: /^heat map/ });
      await scrolling.focus();
      expect(await scrolling.evaluate((region) => region.scrollWidth > region.clientWidth)).toBe(true);
    },
  );

  test.runIf(FULL)(
    "the edge of what scrolls fades until its end is reached; what does not scroll has no cue",
    async () => {
      const { page } = await opened({ viewport: { width: 360, height: 700 } }, short);
      const fade = (table: string) =>
        page.evaluate(
          `getComputedStyle(document.querySelector("[aria-labelledby=${table}]")).getPropertyValue("--fade")`,
        );
      expect(await fade("attention-table-1")).toBe("48px");
      await page.getByRole("region", { name: /^heat map/ }).evaluate((region) => {
        region.scrollLeft = region.scrollWidth;
      });
      await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
      expect(await fade("attention-table-1")).toBe("0px");
      expect(await fade("tokens-table-1")).toBe("0px");
    },
  );

  test.runIf(FULL)("the picture shrinks to a telephone's window", async () => {
    const { page } = await opened({ viewport: { width: 360, height: 700 } });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
    const box = await page.getByRole("img", { name: /^heat map/ }).boundingBox();
    expect(box?.width).toBeGreaterThan(300);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(360);
  });

  test.runIf(FULL)("printed, it is light, and no table is cut off on A4", async () => {
    const { page } = await opened({ colorScheme: "dark", viewport: { width: 718, height: 1000 } });
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe("rgb(255, 255, 255)");
    const rights = await page
      .locator("table")
      .evaluateAll((tables) => tables.map((table) => table.getBoundingClientRect().right));
    expect(Math.max(...rights)).toBeLessThanOrEqual(718);
  });
});
