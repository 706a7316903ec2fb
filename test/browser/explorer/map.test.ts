/** The map in Chromium: its cells are the logit lens of `tsgpt explain`, and what was computed is marked as such. */
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FULL, sample } from "../../setup/sample.ts";
import { hasChromium } from "../executable.ts";
import { button, chips, type Explorer, jsonOf, openSection, promptBox, setNumbers, startExplorer } from "./explorer.ts";
import { colorOf, drawn, expectColors, pixelsAt } from "./pixels.ts";

const PROMPT = "Once upon a time, the king";

/** Of a cell, with room for it: 8 font sizes of 13 pixels. */
const MOST_WIDTH = 104;

interface Lens {
  readonly top: readonly { readonly text: string; readonly probability: number }[];
}

describe.runIf(hasChromium)("in Chromium", () => {
  let explorer: Explorer;
  let page: Page;
  let region: Locator;
  let ids: number[];
  beforeAll(async () => {
    explorer = await startExplorer();
    page = await explorer.opened();
    ({ ids } = await jsonOf("tokens", PROMPT));
    await promptBox(page).fill(PROMPT);
    region = await openSection(page, "Map");
    await computed(ids.length);
  });
  afterAll(async () => {
    await explorer?.closePages();
    await explorer?.close();
  });

  const grid = () => region.getByRole("grid", { name: "Likeliest next token by layer and position" });
  const activeCell = () => region.getByRole("gridcell");
  const counts = () => region.locator(".map-counts");

  /** Waits until the map has its columns, all computed. */
  async function computed(count: number): Promise<void> {
    await region.locator(`[role="grid"][aria-colcount="${count}"]`).waitFor();
    await counts()
      .getByText(/^Lens of/)
      .waitFor({ state: "hidden" });
  }

  /** The table's rows, the header first. */
  async function table(): Promise<string[][]> {
    await grid().press("t");
    const rows = await region
      .getByRole("row")
      .evaluateAll((all) =>
        (all as unknown as { cells: Iterable<{ textContent: string }> }[]).map(({ cells }) =>
          Array.from(cells, ({ textContent }) => textContent),
        ),
      );
    await page.keyboard.press("t");
    return rows;
  }

  /** The heading's sentence, once it says so. */
  const says = (text: string) => region.locator("summary").filter({ hasText: text }).waitFor();

  /** The marks of all columns. */
  async function marks(): Promise<string[]> {
    const [header = []] = await table();
    return header.slice(1).map((text) => (/\((.*)\)$/.exec(text) as RegExpExecArray)[1] as string);
  }

  const cachedThenComputed = (cached: number, count: number) => [
    ...Array(cached).fill("from cache"),
    ...Array(count).fill("computed"),
  ];

  test("each cell is the likeliest token of tsgpt explain at that layer and position", async () => {
    const [, ...rows] = await table();
    const positions = sample([...ids.keys()], 2);
    const expected = await Promise.all(positions.map(lensAt));
    const columns = positions.map((position) => rows.map((row) => row[position + 1]));
    expect(columns).toEqual(expected.map((cells) => [...cells, cells.at(-1)])); // the final norm's row
    expect(rows.map(([header]) => header)).toEqual([
      "Embedding",
      ...Array.from({ length: rows.length - 2 }, (_, layer) => `Layer ${layer}`),
      "Final norm",
    ]);
  });

  async function lensAt(position: number): Promise<string[]> {
    const { lens } = await jsonOf("explain", PROMPT, "--position", String(position));
    return (lens as Lens[]).map(({ top: [best] }) => `${best?.text} ${percent(best?.probability as number)}`);
  }
  const percent = (share: number) => `${(share * 100).toFixed(1)}%`;

  test("after a step only the new column is computed; after Back only the last; of a new prompt what follows", async () => {
    await button(page, "Next").click();
    await computed(ids.length + 1);
    expect(await marks()).toEqual(cachedThenComputed(ids.length, 1));
    expect(await counts().textContent()).toContain(`1 token computed in the last pass${ids.length} tokens from cache`);
    await button(page, "Back").click();
    await computed(ids.length);
    expect(await marks()).toEqual(cachedThenComputed(ids.length - 1, 1));
    const other = "Once upon a time in a forest there was a bear";
    await promptBox(page).fill(other);
    const { ids: others } = await jsonOf("tokens", other);
    await computed(others.length);
    const common = others.findIndex((id: number, i: number) => id !== ids[i]);
    expect(await marks()).toEqual(cachedThenComputed(common, others.length - common));
    await promptBox(page).fill(PROMPT);
    await computed(ids.length);
  });

  describe.runIf(FULL)("in the full run", () => {
    test("by keyboard: one tab stop; arrows, Home, End and pages move; Enter selects; T gives the table", async () => {
      await region.locator("summary").focus();
      await page.keyboard.press("Tab");
      expect(await grid().evaluate((element) => element.matches(":focus-visible"))).toBe(true);
      const rows = await rowCount();
      const last = ids.length - 1;
      for (const [key, row, column] of [
        ["Control+Home", 0, 0],
        ["ArrowDown", 1, 0],
        ["ArrowRight", 1, 1],
        ["End", 1, last],
        ["PageDown", rows - 1, last],
        ["ArrowUp", rows - 2, last],
        ["Home", rows - 2, 0],
        ["PageUp", 0, 0],
        ["ArrowLeft", 0, 0],
        ["Control+End", rows - 1, last],
      ] as const) {
        await page.keyboard.press(key);
        await region.locator(`[aria-rowindex="${row + 1}"] [aria-colindex="${column + 1}"]`).waitFor();
        const active = await grid().getAttribute("aria-activedescendant");
        expect(await activeCell().getAttribute("id")).toBe(active);
      }
      await page.keyboard.press("Control+Home");
      expect(await activeCell().textContent()).toMatch(/^Embedding, position 0 “Once”: “.*”, \d+\.\d%; from cache$/);
      expect(await activeCell().getAttribute("aria-selected")).toBe("false");
      await page.keyboard.press("Enter");
      await says("After the embedding, the model would continue “Once” with ");
      expect(await activeCell().getAttribute("aria-selected")).toBe("true");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("t");
      expect(await page.evaluate("document.activeElement.querySelector('table') !== null")).toBe(true);
      await page.keyboard.press("ArrowDown"); // scrolls the table
      await page.keyboard.press("t");
      expect(await page.evaluate("document.activeElement.role")).toBe("grid");
      expect(await activeCell().textContent()).toMatch(/^Layer 0, position 1 /);
      await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement.textContent")).toBe("Table");
    });

    test("a click selects a cell: the heading says what it predicts, and its likeliest tokens are those of explain", async () => {
      const { lens } = await jsonOf("explain", PROMPT, "--position", "2");
      const { top } = (lens as Lens[])[3] as Lens;
      await clickCell(3, 2);
      await says(
        `After layer 2, the model would continue “·a” with “${top[0]?.text.replace(" ", "·")}”, ${percent(top[0]?.probability as number)}.`,
      );
      const items = region.getByRole("list", { name: "Layer 2, position 2 “·a”" }).getByRole("listitem");
      const expected = top.slice(0, 5).map(({ text, probability }) => `${text} ${percent(probability)}`);
      expect(await items.allTextContents()).toEqual(expected);
      await clickCell((await rowCount()) - 1, ids.length - 1);
      await says("The model continues “·king” with ");
      await promptBox(page).fill(PROMPT);
      expect(await region.getByText("Next token and Cache are about the end of the text").count()).toBe(1);
    });

    const rowCount = async () => Number(await grid().getAttribute("aria-rowcount"));

    /** Where the cells are, in pixels: rows below the labels' row, columns of equal width at the right end. */
    async function geometry(): Promise<{ left: number; width: number; height: number }> {
      const size = await grid().locator(".heat-size").boundingBox();
      const width = MOST_WIDTH;
      return {
        left: (size?.width as number) - width * ids.length,
        width,
        height: (size?.height as number) / ((await rowCount()) + 1),
      };
    }

    async function clickCell(row: number, column: number): Promise<void> {
      const { left, width, height } = await geometry();
      await grid().click({ position: { x: left + (column + 0.5) * width, y: (row + 1.5) * height } });
    }

    test("each cell has the color of its probability, from the page's to the accent's", async () => {
      const [, ...rows] = await table();
      await region.locator("summary").focus(); // the active cell's ring is drawn only with the focus
      await drawn(page);
      const { left, width, height } = await geometry();
      const at = rows.map((_, row) => ids.map((_, i) => [left + (i + 0.5) * width, (row + 1) * height + 4] as const));
      const found = await grid().locator("canvas").evaluate(pixelsAt, at.flat());
      const shares = rows.flatMap(([, ...cells]) =>
        cells.map((cell) => Number.parseFloat(cell.split(" ").at(-1) as string)),
      );
      expectColors(
        found,
        shares.map((share) => colorOf(share / 100)),
      );
    });

    test("a long text scrolls within the map, keeps its end in view in a run, and the page keeps its width", async () => {
      const narrow = await explorer.opened({ viewport: { width: 360, height: 640 } });
      const map = await openSection(narrow, "Map");
      const cells = map.getByRole("grid");
      await setNumbers(narrow, 7, 60);
      await button(narrow, "Run").click();
      await narrow.getByRole("status").filter({ hasText: "Generated 60 tokens" }).waitFor();
      await map.locator('[role="grid"][aria-colcount="64"]').waitFor();
      await drawn(narrow);
      const scroll = await cells.evaluate(({ scrollLeft, clientWidth, scrollWidth }) => ({
        scrollLeft,
        clientWidth,
        scrollWidth,
      }));
      expect(scroll.scrollWidth).toBeGreaterThan(60 * 24);
      expect(scroll.scrollLeft + scroll.clientWidth).toBeGreaterThanOrEqual(scroll.scrollWidth - 1);
      expect(await narrow.evaluate("document.documentElement.scrollWidth")).toBe(360);
      await cells.press("Home");
      expect(await cells.evaluate(({ scrollLeft }) => scrollLeft)).toBe(0);
      await chips(narrow).nth(40).getByRole("button").click(); // and what is selected elsewhere is scrolled to
      await expect.poll(() => cells.evaluate(({ scrollLeft }) => scrollLeft)).toBeGreaterThan(20 * 24);
    });

    test("a long text's table is in pages", async () => {
      const long = "the king and the queen ".repeat(6);
      await promptBox(page).fill(long);
      const count = (await jsonOf("tokens", long)).ids.length;
      await computed(count);
      await grid().press("Control+Home");
      await page.keyboard.press("t");
      await region.getByText(`Showing columns 1 to 16 of ${count}`).waitFor();
      await region.getByRole("button", { name: "Later columns" }).click();
      await region.getByText(`Showing columns 17 to ${count} of ${count}`).waitFor();
      expect(await region.getByRole("row").first().getByRole("columnheader").count()).toBe(1 + count - 16);
      await region.getByRole("button", { name: "Picture" }).click();
    });
  });
});
