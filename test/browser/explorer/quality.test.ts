/** The whole page, with everything open: accessibility by rule and by keyboard, at both widths and in every set of colors. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FULL } from "../../setup/sample.ts";
import { hasChromium } from "../executable.ts";
import { openDetails, openSections, openTour } from "./everything.ts";
import { type Explorer, runFor, startExplorer } from "./explorer.ts";
import { LOOKS } from "./looks.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Rules that are violated, each with the elements that do. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE); // as a script of the page it would need an exception to its policy
  return page.evaluate(`axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => id + ": " + target + ": " + failureSummary)))`);
}

describe.runIf(hasChromium && FULL)("in Chromium", () => {
  let explorer: Explorer;
  beforeAll(async () => {
    explorer = await startExplorer();
  });
  afterAll(async () => {
    await explorer?.closePages();
    await explorer?.close();
  });

  test.each(LOOKS)("no axe violations: $name", { timeout: 180_000 }, async ({ options }) => {
    const page = await explorer.opened(options);
    await runFor(page, 7, 8);
    await openSections(page);
    expect(await violations(page), "every section").toEqual([]);
    await openDetails(page);
    expect(await violations(page), "a token and a number").toEqual([]);
    await page.keyboard.press("Escape");
    await openTour(page);
    expect(await violations(page), "the tour").toEqual([]);
  });
});
