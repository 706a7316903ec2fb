/** The tour: by keyboard alone, at both widths, with and without motion; its numbers are those of a pass in Node. */

import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runWithCache } from "../../../packages/analysis/src/index.ts";
import type { Model } from "../../../packages/gpt/src/index.ts";
import { loadModel } from "../../../packages/gpt/src/node/index.ts";
import { createSimdEngine, type Tensor } from "../../../packages/tensor/src/index.ts";
import { FULL } from "../../setup/sample.ts";
import { hasChromium } from "../executable.ts";
import { button, chips, type Explorer, startExplorer } from "./explorer.ts";

const STEPS = 11;
const MOST_WORDS = 25;
const WORDS_A_SECOND = 4; // of careful reading: 238 words a minute, Brysbaert 2019

const WAYS = [360, 1280].flatMap((width) =>
  (["reduce", "no-preference"] as const).map((reducedMotion) => ({ width, reducedMotion })),
);

describe.runIf(hasChromium && FULL)("in Chromium", () => {
  let explorer: Explorer;
  let model: Model;
  let activations: Map<string, Tensor>;
  beforeAll(async () => {
    explorer = await startExplorer();
    const folder = new URL("../../../weights/fairytales", import.meta.url).pathname;
    const engine = createSimdEngine({ threads: 1 }) as never; // its type is that of the built package there
    model = await loadModel(folder, { engine });
    activations = runWithCache(model, model.tokenizer?.encode("Once upon a time") ?? []).activations;
  });
  afterAll(async () => {
    await explorer?.closePages();
    await explorer?.close();
    model?.engine.dispose();
  });

  test.each(WAYS)("at $width px, motion $reducedMotion", async ({ width, reducedMotion }) => {
    const page = await explorer.opened({ viewport: { width, height: 700 }, reducedMotion });
    await button(page, "Follow one token (2 minutes)").focus();
    await page.keyboard.press("Enter");
    const panel = page.getByRole("complementary", { name: "Tour" });
    let words = 0;
    for (let step = 1; step <= STEPS; step++) {
      await panel.getByRole("heading", { name: new RegExp(`^${step} of ${STEPS}: `) }).waitFor();
      const text = (await panel.locator("p").first().textContent()) ?? "";
      expect(text.split(/\s+/).length, text).toBeLessThanOrEqual(MOST_WORDS);
      words += text.split(/\s+/).length;
      await expectNumbersOfThePass(page);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      if (step === 10) await guessByKeyboard(page);
      await press(page, step === STEPS ? "End" : step === 10 ? "Draw the token" : "Continue");
    }
    expect(words / WORDS_A_SECOND).toBeLessThan(120);
    await panel.waitFor({ state: "detached" });
    expect(await chips(page).count()).toBe(5);
    expect(await page.evaluate("document.activeElement?.textContent")).toBe("Follow one token (2 minutes)");
  });

  /** By Tab from the step's heading, which has the focus. */
  async function press(page: Page, name: string): Promise<void> {
    for (let i = 0; i < 30; i++) {
      await page.keyboard.press("Tab");
      if ((await page.evaluate("document.activeElement?.textContent")) === name) break;
    }
    expect(await page.evaluate("document.activeElement?.textContent")).toBe(name);
    await page.keyboard.press("Enter");
  }

  async function guessByKeyboard(page: Page): Promise<void> {
    await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    await page.keyboard.press("ArrowDown");
    expect(await page.locator(".tour").getByRole("radio").nth(1).isChecked()).toBe(true);
  }

  async function expectNumbersOfThePass(page: Page): Promise<void> {
    const shown = await page.locator(".tour [data-hook]").evaluateAll((buttons) =>
      buttons.map((one) => ({
        hook: one.getAttribute("data-hook") as string,
        index: (one.getAttribute("data-index") as string).split(",").map(Number),
        text: one.textContent as string,
      })),
    );
    for (const { hook, index, text } of shown) {
      const { shape, data } = activations.get(hook) as Tensor;
      const value = data[index.reduce((at, i, dimension) => at * (shape[dimension] as number) + i, 0)] as number;
      expect(text.replace("−", "-"), hook).toBe(value.toPrecision(4));
    }
  }
});
