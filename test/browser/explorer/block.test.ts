/** The block and the drawer: numbers on the page are those of a pass in Node, and what a number is made of gives it. */
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runWithCache } from "../../../packages/analysis/src/index.ts";
import { loadModel } from "../../../packages/gpt/src/node/index.ts";
import { createSimdEngine, type Tensor } from "../../../packages/tensor/src/index.ts";
import { FULL } from "../../setup/sample.ts";
import { hasChromium } from "../executable.ts";
import { button, type Explorer, openSection, startExplorer } from "./explorer.ts";

const RTOL = 1e-5; // of the largest operand, if that is above 1: float32 sums of up to 768 terms against float64

describe.runIf(hasChromium && FULL)("in Chromium", () => {
  let explorer: Explorer;
  let page: Page;
  let section: Locator;
  let activations: Map<string, Tensor>;
  beforeAll(async () => {
    explorer = await startExplorer();
    page = await explorer.opened();
    section = await openSection(page, "Block");
    const engine = createSimdEngine({ threads: 1 }) as never; // its type is that of the built package there
    const model = await loadModel(new URL("../../../weights/fairytales", import.meta.url).pathname, { engine });
    activations = runWithCache(model, model.tokenizer?.encode("Once upon a time") ?? []).activations;
    model.engine.dispose();
  });
  afterAll(async () => {
    await explorer?.closePages();
    await explorer?.close();
  });

  const drawer = () => page.getByRole("complementary", { name: "Number" });

  const numbersIn = (place: Locator) =>
    place.locator("[data-hook]").evaluateAll((buttons) =>
      buttons.map((one) => ({
        hook: one.getAttribute("data-hook") as string,
        index: (one.getAttribute("data-index") as string).split(",").map(Number),
        value: Number(one.querySelector("data")?.getAttribute("value")),
      })),
    );

  function numberOfThePass(hook: string, index: readonly number[]): number {
    const { shape, data } = activations.get(hook) as Tensor;
    return data[index.reduce((at, i, dimension) => at * (shape[dimension] as number) + i, 0)] as number;
  }

  test("the numbers of a block are those of the trace, also of another layer, head and position", async () => {
    await section.locator(".stages li").nth(14).waitFor();
    const shown = await numbersIn(section.locator(".stages"));
    expect(shown.length).toBeGreaterThanOrEqual(45);
    for (const { hook, index, value } of shown) expect(value, hook).toBe(numberOfThePass(hook, index));
    await section.getByRole("combobox", { name: "Layer" }).selectOption("2");
    await section.getByRole("combobox", { name: "Head" }).selectOption("1");
    await section.locator('[data-hook="blocks.2.attn.hook_pattern"]').first().waitFor();
    const other = await numbersIn(section.locator(".stages"));
    for (const { hook, index, value } of other) expect(value, hook).toBe(numberOfThePass(hook, index));
  });

  test("a cell of the attention map opens its number, and Escape gives the focus back", async () => {
    const grid = section.getByRole("grid", { name: /^Weights of each token/ });
    await grid.focus();
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await drawer().getByRole("heading", { name: "blocks.2.attn.hook_pattern[1, 1, 0]" }).waitFor();
    const value = Number(await drawer().locator(".value data").getAttribute("value"));
    expect(value).toBe(numberOfThePass("blocks.2.attn.hook_pattern", [1, 1, 0]));
    await page.keyboard.press("Escape");
    await drawer().waitFor({ state: "detached" });
    expect(await page.evaluate("document.activeElement?.getAttribute('role')")).toBe("grid");
  });

  test("from the stream down to a weight, the operands give each number", async () => {
    await section.locator('[data-hook$="hook_resid_post"]').first().click();
    const seen: string[] = [];
    for (;;) {
      await drawer().locator(".value").waitFor();
      const shown = Number(await drawer().locator(".value data").getAttribute("value"));
      const formula = (await drawer().locator("p").nth(2).textContent()) as string;
      seen.push(formula);
      if (formula.startsWith("A parameter")) break;
      while (
        await drawer()
          .getByRole("button", { name: /^Show more/ })
          .isVisible()
      )
        await drawer()
          .getByRole("button", { name: /^Show more/ })
          .click();
      const contributions = await drawer()
        .locator(".operands tr > td:first-child data")
        .evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute("value"))));
      const sum = contributions.reduce((total, one) => total + one, 0);
      const size = Math.max(1, ...contributions.map(Math.abs));
      if (!/softmax|standard deviation|activation/.test(formula))
        expect(Math.abs(sum - shown), formula).toBeLessThan(RTOL * size);
      const inside = await numbersIn(drawer().locator(".operands"));
      const parts = inside.findIndex(({ hook }) => !hook.includes("hook_resid"));
      const at = seen.length > 7 ? inside.length - 1 : Math.max(0, parts); // not along the stream, and then to a weight
      const { hook, index } = inside[at] as (typeof inside)[number];
      await drawer().locator(".operands [data-hook]").nth(at).click();
      await drawer()
        .getByRole("heading", { name: `${hook}[${index.join(", ")}]` })
        .waitFor();
    }
    expect(new Set(seen).size).toBeGreaterThan(3);
    await button(page, "Previous number").click();
    await drawer().locator(".operands").waitFor();
    await button(page, "Close").click();
  });

  test("the scores, and the first token's column hidden", async () => {
    await section.getByRole("combobox", { name: "Shown" }).selectOption("scores");
    await section.getByRole("checkbox", { name: "Hide the first token's column" }).check();
    const grid = section.getByRole("grid", { name: /^Scores of each/ });
    await expect.poll(() => grid.getAttribute("aria-colcount")).toBe("3");
    await grid.focus();
    await page.keyboard.press("Control+End");
    expect(await grid.getByRole("gridcell").textContent()).toContain(
      numberOfThePass("blocks.2.attn.hook_attn_scores", [1, 3, 3]).toPrecision(4).replace("-", "−"),
    );
  });
});
