/** The block and the drawer: numbers on the page are those of a pass in Node, and what a number is made of gives it. */
import { readFileSync } from "node:fs";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runWithCache } from "../../../packages/analysis/src/index.ts";
import { loadModel } from "../../../packages/gpt/src/node/index.ts";
import { createSimdEngine, type Tensor } from "../../../packages/tensor/src/index.ts";
import { FULL } from "../../setup/sample.ts";
import { hasChromium } from "../executable.ts";
import { button, downloaded, type Explorer, exported, openSection, startExplorer } from "./explorer.ts";

const RTOL = 1e-5; // of the largest operand, if that is above 1: float32 sums of up to 1024 terms against float64

const config = JSON.parse(readFileSync("weights/fairytales/config.json", "utf8"));
const last = config.n_layer - 1;

/** From a logit of the last token through a block, its MLP, its attention and a layer norm, to a weight. */
const WAY_DOWN = [
  "ln_final.hook_normalized",
  `blocks.${last}.hook_resid_post`,
  `blocks.${last}.hook_mlp_out`,
  `blocks.${last}.mlp.hook_post`,
  `blocks.${last}.mlp.hook_pre`,
  `blocks.${last}.ln2.hook_normalized`,
  `blocks.${last}.hook_resid_mid`,
  `blocks.${last}.hook_attn_out`,
  `blocks.${last}.attn.hook_z`,
  `blocks.${last}.attn.hook_pattern`,
  `blocks.${last}.attn.hook_attn_scores`,
  `blocks.${last}.attn.hook_q`,
  `blocks.${last}.ln1.hook_normalized`,
  `blocks.${last}.ln1.hook_scale`,
  `blocks.${last}.hook_resid_pre`,
  `blocks.${last - 1}.hook_resid_mid`,
  `blocks.${last - 1}.hook_attn_out`,
  `h.${last - 1}.attn.c_proj.weight`,
];

/** The tanh approximation of GELU. */
const geluNew = (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

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
    return numberIn(activations.get(hook) as Tensor, index);
  }

  function numberIn({ shape, data }: Pick<Tensor, "shape" | "data">, index: readonly number[]): number {
    return data[index.reduce((at, i, dimension) => at * (shape[dimension] as number) + i, 0)] as number;
  }

  test("the numbers of a block are those of a pass in Node, also of another layer, head and position", async () => {
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

  test("the numbers of a block are those of the exported trace, to the last bit", async () => {
    const shown = await numbersIn(section.locator(".stages"));
    const { bytes } = await exported(page, "Trace (safetensors)");
    const begin = 8 + Number(bytes.readBigUInt64LE());
    const header = JSON.parse(bytes.subarray(8, begin).toString());
    expect(shown.length).toBeGreaterThanOrEqual(45);
    for (const { hook, index, value } of shown) {
      const { dtype, shape, data_offsets: place } = header[hook];
      expect(dtype).toBe("F32");
      const [from, to] = place.map((offset: number) => begin + offset);
      const data = new Float32Array(new Uint8Array(bytes.subarray(from, to)).buffer);
      expect(value, hook).toBe(numberIn({ shape, data }, index));
    }
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

  test("from a logit down to weights, the operands give each number", async () => {
    const next = await openSection(page, "Next token");
    await next.locator('[data-hook="logits"]').first().click();
    const formulas = new Set<string>();
    for (const hook of WAY_DOWN) {
      const at = drawer()
        .locator(".operands [data-hook]")
        .and(page.locator(`[data-hook="${hook}"]`));
      formulas.add(await expectSumOfOperands());
      const name = await at.first().evaluate((one) => [one.getAttribute("data-hook"), one.getAttribute("data-index")]);
      await at.first().click();
      const heading = `${name[0]}[${name[1]?.replaceAll(",", ", ")}]`;
      await drawer().getByRole("heading", { name: heading }).waitFor();
    }
    expect((await drawer().locator("p").nth(2).textContent()) ?? "").toMatch(/^A parameter/);
    expect(formulas.size).toBe(9);
    await button(page, "Previous number").click();
    await drawer().locator(".operands").waitFor();
    await button(page, "Close").click();
  }, 120_000); // eighteen levels, each a round trip

  /** Of the number that is open, all of its terms shown; its explanation. */
  async function expectSumOfOperands(): Promise<string> {
    await drawer().locator(".value").waitFor();
    const [hook, index] = nameOf((await drawer().getByRole("heading").first().textContent()) ?? "");
    const shown = Number(await drawer().locator(".value data").getAttribute("value"));
    if (activations.has(hook)) expect(shown, hook).toBe(numberOfThePass(hook, index));
    const more = drawer().getByRole("button", { name: /^Show more/ });
    while (await more.isVisible()) await more.click();
    const contributions = await drawer()
      .locator(".operands tr > td:first-child data")
      .evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute("value"))));
    const own = drawer()
      .locator(".operands tr")
      .filter({ has: page.locator(`[data-index="${index}"]`) });
    const sum = contributions.reduce((total, one) => total + one, 0);
    const formula = (await drawer().locator("p").nth(2).textContent()) ?? "";
    const part = async () => Number(await own.locator("td:first-child data").first().getAttribute("value"));
    const result = await resultOf(formula, sum, part);
    expect(Math.abs(result - shown), `${hook}: ${formula}`).toBeLessThan(
      RTOL * Math.max(1, ...contributions.map(Math.abs)),
    );
    return formula;
  }

  async function resultOf(formula: string, sum: number, own: () => Promise<number>): Promise<number> {
    if (formula.includes("softmax")) return (await own()) / sum;
    if (formula.includes("standard deviation")) return Math.sqrt(sum);
    if (formula.includes("activation function")) return geluNew(sum);
    return sum;
  }

  const nameOf = (heading: string): [hook: string, index: number[]] => {
    const [, hook = "", index = ""] = /^(.*)\[(.*)\]$/.exec(heading) ?? [];
    return [hook, index.split(", ").map(Number)];
  };

  test("a number is exported as JSON, and its terms as CSV", async () => {
    await section.locator('[data-hook$="hook_attn_out"]').first().click();
    await drawer().locator(".operands").waitFor();
    const json = await downloaded(page, () => button(page, "Export this number (JSON)").click());
    const number = JSON.parse(json.bytes.toString());
    expect(number.value).toBe(numberOfThePass(number.name.tensor, number.name.index));
    const csv = await downloaded(page, () => button(page, "Export its terms (CSV)").click());
    const lines = csv.bytes.toString().trim().split("\n");
    expect(lines).toHaveLength(1 + number.operands.length);
    const sum = lines.slice(1).reduce((total, line) => total + Number(line.split(",")[0]), 0);
    expect(sum).toBeCloseTo(number.sum, 9);
    expect(csv.name).toMatch(/^fairytales-blocks\.2\.hook_attn_out-\d-\d+\.csv$/);
    await button(page, "Close").click();
  });

  test("both additions of a block are shown as such", async () => {
    for (const name of ["hook_resid_mid", "hook_resid_post"]) {
      const sum = section.locator(".stages li").filter({ has: page.locator(`code:text-is("blocks.2.${name}")`) });
      const [a, b, c] = (await numbersIn(sum.locator(".one-number").first())).map(({ value }) => value);
      expect(Math.fround((a as number) + (b as number))).toBe(c);
    }
  });

  test("when all of a list is shown, the focus stays in it", async () => {
    const focused = () => page.evaluate("document.activeElement?.closest('.all-numbers, .operands, summary')?.tagName");
    const showAll = async (place: Locator) => {
      const more = place.getByRole("button", { name: /^Show more/ });
      await more.waitFor();
      while ((await more.count()) > 0) {
        await more.focus();
        await page.keyboard.press("Enter");
        await page.evaluate("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))");
      }
    };
    const numbers = section
      .locator("details:has(> summary)")
      .filter({ hasText: /^All ([3-9]\d\d|\d,\d{3}) numbers/ })
      .first();
    await numbers.locator("summary").click();
    await showAll(numbers);
    expect(await focused()).toBe("DIV");
    await numbers.locator("[data-hook]").first().click();
    await showAll(drawer());
    expect(await focused()).toBe("TABLE");
    await page.keyboard.press("Escape");
    await numbers.locator("summary").click();
  });

  test("a thumbnail is chosen by keyboard, from one tab stop", async () => {
    const grid = section.getByRole("grid", { name: "All heads" });
    expect(await grid.locator("[tabindex='0']").count()).toBe(1);
    await grid.locator("[tabindex='0']").focus();
    for (const key of ["Control+Home", "ArrowDown", "End", "ArrowLeft", "Enter"]) await page.keyboard.press(key);
    const chosen = `Layer 1, head ${config.n_head - 2}`;
    await section.getByRole("heading", { name: `${chosen}, over the text` }).waitFor();
    expect(await grid.locator("[tabindex='0']").getAttribute("aria-label")).toBe(chosen);
    await grid.locator('[data-place="2,1"]').click();
    await section.getByRole("heading", { name: "Layer 2, head 1, over the text" }).waitFor();
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

  test("when Block is closed and no number is open, the worker is asked to forget its block", async () => {
    await page.evaluate(`globalThis.asked = [];
      Worker.prototype.postMessage = new Proxy(Worker.prototype.postMessage, {
        apply(send, worker, [message]) {
          asked.push(message.type);
          return Reflect.apply(send, worker, [message]);
        },
      });`);
    const forgotten = () => page.evaluate<number>(`asked.filter((type) => type === "forgetBlock").length`);
    const summary = section.locator("summary").first();
    await section.locator('[data-hook$="hook_attn_out"]').first().click();
    await drawer().locator(".operands").waitFor();
    await summary.click();
    await page.locator('details[open] [aria-label="All heads"]').waitFor({ state: "detached" });
    expect(await forgotten()).toBe(0); // the number needs it
    await button(page, "Close").click();
    await expect.poll(forgotten).toBe(1);
    await summary.click();
    await section.getByRole("grid", { name: "All heads" }).waitFor();
    await summary.click();
    await expect.poll(forgotten).toBe(2);
    await summary.click();
  });

  test("weights have colors up to the largest that is shown, and small ones are seen", async () => {
    await section.getByRole("combobox", { name: "Shown" }).selectOption("pattern");
    await section.getByRole("checkbox", { name: "Hide the first token's column" }).check();
    const pattern = activations.get("blocks.2.attn.hook_pattern") as Tensor;
    const t = pattern.shape[1] as number;
    const shown = [...pattern.data.subarray(t * t, 2 * t * t)].filter((_, i) => i % t > 0); // of head 1
    const largest = `${Math.max(...shown).toPrecision(4)} ?the largest shown; colors follow the square root of the weight`;
    await expect.poll(() => section.locator(".heat-legend").textContent()).toMatch(new RegExp(largest));
  });
});
