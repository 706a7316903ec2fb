/** The tour: by keyboard alone, at both widths, with and without motion; its numbers are those of a pass in Node. */

import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openNumber, runWithCache } from "../../../packages/analysis/src/index.ts";
import type { Model } from "../../../packages/gpt/src/index.ts";
import { loadModel } from "../../../packages/gpt/src/node/index.ts";
import { createSimdEngine, type Tensor } from "../../../packages/tensor/src/index.ts";
import { FULL } from "../../setup/sample.ts";
import { hasChromium } from "../executable.ts";
import { button, chips, type Explorer, openSection, promptBox, startExplorer } from "./explorer.ts";

const STEPS = 11;
/** Of each step, for a text of four tokens. */
const NUMBERS = [0, 3, 6, 3, 4, 4, 3, 0, 3, 0, 0];
const MOST_WORDS = 25;
const WORDS_A_SECOND = 4; // of careful reading: 238 words a minute, Brysbaert 2019

/** With hundreds of tokens: 10 to 20 s on a machine at rest. */
const LONG = { timeout: 120_000 }; // milliseconds

const WAYS = [360, 1280].flatMap((width) =>
  (["reduce", "no-preference"] as const).map((reducedMotion) => ({ width, reducedMotion })),
);

describe.runIf(hasChromium && FULL)("in Chromium", () => {
  let explorer: Explorer;
  let model: Model;
  let ids: number[];
  let activations: Map<string, Tensor>;
  beforeAll(async () => {
    explorer = await startExplorer();
    const folder = new URL("../../../weights/fairytales", import.meta.url).pathname;
    const engine = createSimdEngine({ threads: 1 }) as never; // its type is that of the built package there
    model = await loadModel(folder, { engine });
    ids = model.tokenizer?.encode("Once upon a time") ?? [];
    activations = runWithCache(model, ids).activations;
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
      await expect.poll(() => page.locator(".tour [data-hook]").count()).toBe(NUMBERS[step - 1]);
      if (step === 8) await panel.getByText("computing").waitFor({ state: "detached" });
      if (step === 10) await panel.getByText(/^Kept: [\d,]+ of 4,096 tokens \(top-p\)/).waitFor();
      const text = await wordsOf(page);
      expect(text.length, text.join(" ")).toBeLessThanOrEqual(MOST_WORDS);
      words += text.length;
      await expectNumbersOfThePass(page);
      expect(await panel.locator("math").count()).toBe(1);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      if (step === 10) await guessByKeyboard(page);
      await press(page, step === STEPS ? "End" : step === 10 ? "Draw the token" : "Continue");
    }
    expect(words / WORDS_A_SECOND).toBeLessThan(120);
    await panel.waitFor({ state: "detached" });
    expect(await chips(page).count()).toBe(5);
    expect(await page.evaluate("document.activeElement?.textContent")).toBe("Follow one token (2 minutes)");
  });

  /** Of the step that is shown: all but its title, its formula, its numbers and single tokens. */
  const wordsOf = (page: Page): Promise<string[]> =>
    page.evaluate(`(() => {
      const step = document.querySelector(".tour-body").cloneNode(true);
      for (const one of step.querySelectorAll("h2, math, .tour-pair, [data-hook], p ~ .tour-numbers > span, label bdi")) one.remove();
      return [...step.querySelectorAll("p, legend, label, .tour-numbers")]
        .flatMap((one) => [...one.childNodes].filter(({ nodeType, tagName }) => nodeType === 3 || tagName === "BDI"))
        .flatMap(({ textContent }) => textContent.split(/\\s+/))
        .filter((word) => /[a-z\\d]/i.test(word));
    })()`);

  /** Windows of phones, upright and not, of large text, and one taller than the page's first screen. */
  const WINDOWS = [
    [360, 720],
    [360, 640],
    [360, 560],
    [640, 360],
    [320, 256],
    [1280, 1400],
  ] as const;

  test.each(WINDOWS)(
    "in a window of %i x %i its buttons are in view at every step, at its foot",
    async (width, height) => {
      const page = await explorer.opened({ viewport: { width, height }, reducedMotion: "reduce" });
      const panel = page.getByRole("complementary", { name: "Tour" });
      await button(page, "Follow one token (2 minutes)").click();
      for (let step = 1; step <= STEPS; step++) {
        await panel.getByRole("heading", { name: new RegExp(`^${step} of `) }).waitFor();
        await expect.poll(() => page.locator(".tour [data-hook]").count()).toBe(NUMBERS[step - 1]);
        expect(await page.evaluate(HIDDEN_BUTTONS), `step ${step}`).toEqual([]);
        await page.evaluate("scrollTo(0, document.body.scrollHeight)");
        expect(await page.evaluate("document.querySelector('.tour').getBoundingClientRect().bottom")).toBe(height);
        if (step < STEPS) await button(page, step === 10 ? "Draw the token" : "Continue").press("Enter");
      }
    },
  );

  /** Those of the tour of which an edge is not on top, within the window. */
  const HIDDEN_BUTTONS = `[...document.querySelectorAll(".tour-buttons button")].filter((one) => {
    const { left, right, top, bottom } = one.getBoundingClientRect();
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    const edges = [[left + 2, y], [right - 2, y], [x, top + 2], [x, bottom - 2]];
    return !edges.every(([x, y]) => one.contains(document.elementFromPoint(x, y)));
  }).map(({ textContent }) => textContent)`;

  test("a step has the focus before its reader can move it on", async () => {
    const page = await explorer.opened();
    await button(page, "Follow one token (2 minutes)").click();
    await page.getByRole("heading", { name: /^1 of / }).waitFor();
    const focused = await page.evaluate(`(async () => {
      const next = [...document.querySelectorAll(".tour button")].find(({ textContent }) => textContent === "Continue");
      next.click();
      while (!document.querySelector(".tour h2").textContent.startsWith("2 of ")) await new Promise((go) => setTimeout(go));
      next.focus();
      await new Promise((go) => setTimeout(go, 300));
      return document.activeElement.textContent;
    })()`);
    expect(focused).toBe("Continue");
  });

  test("a step looks at the token that the block's heading names", async () => {
    const page = await explorer.opened();
    const panel = page.getByRole("complementary", { name: "Tour" });
    await button(page, "Follow one token (2 minutes)").click();
    for (let step = 1; step < 4; step++) {
      await panel.getByRole("heading", { name: new RegExp(`^${step} of `) }).waitFor();
      await button(page, "Continue").click();
    }
    const said = await panel.getByText("meets the key of").textContent();
    const [, source] = /meets the key of (“.*?”)/.exec(said ?? "") ?? [];
    expect(source).not.toBe("“Once”");
    const block = page.getByRole("region", { name: "Block", exact: true });
    await block
      .locator("summary")
      .first()
      .filter({ hasText: `“·time” attends to ${source}` })
      .waitFor();
  });

  /** Presses the panel's buttons to the last step, and says what each step said. */
  async function walk(page: Page): Promise<string[]> {
    const panel = page.getByRole("complementary", { name: "Tour" });
    await button(page, "Follow one token (2 minutes)").click();
    const said: string[] = [];
    for (let step = 1; step <= STEPS; step++) {
      await panel.getByRole("heading", { name: new RegExp(`^${step} of ${STEPS}: `) }).waitFor();
      said.push((await panel.locator("p").first().textContent()) ?? "");
      expect(said.at(-1)).not.toMatch(/undefined|NaN/);
      if (step < STEPS) await button(page, step === 10 ? "Draw the token" : "Continue").click();
    }
    return said;
  }

  test("of a prompt of one token, with an intervention, during a run", LONG, async () => {
    const page = await explorer.opened({ fragment: "#v=1&prompt=time&max-tokens=400" });
    expect((await walk(page))[3]).toContain("the key of the same token");
    await page.keyboard.press("Escape");
    await page.getByRole("complementary", { name: "Tour" }).waitFor({ state: "detached" });
    const section = await openSection(page, "Interventions");
    await section.getByRole("button", { name: /^Set layer/ }).click();
    await button(page, "Run").click();
    expect((await walk(page))[10]).toMatch(/Only this column is new|No token can follow/);
    const count = await chips(page).count();
    await button(page, "End").click();
    expect(await chips(page).count()).toBe(count); // the run has ended
  });

  test("of a full context no token follows, and a new prompt ends the tour", LONG, async () => {
    const page = await explorer.opened();
    await promptBox(page).fill("a ".repeat(600).slice(0, 2 * 511));
    await expect.poll(() => chips(page).count()).toBeGreaterThan(500);
    for (let i = await chips(page).count(); i < 512; i++) {
      await button(page, "Next").click();
      await expect.poll(() => chips(page).count()).toBe(i + 1);
    }
    expect((await walk(page))[10]).toContain("No token can follow");
    await promptBox(page).fill("The king");
    await page.getByRole("complementary", { name: "Tour" }).waitFor({ state: "detached" });
  });

  /** To the step of the draw. */
  async function toDraw(page: Page): Promise<Locator> {
    const panel = page.getByRole("complementary", { name: "Tour" });
    await button(page, "Follow one token (2 minutes)").click();
    for (let step = 1; step < 10; step++) {
      await panel.getByRole("heading", { name: new RegExp(`^${step} of `) }).waitFor();
      await button(page, "Continue").click();
    }
    await panel.getByRole("heading", { name: /^10 of / }).waitFor();
    return panel;
  }

  test("the draw: hidden before, one token for two clicks, and none more from the step before", async () => {
    const page = await explorer.opened({ fragment: "#v=1&top-k=3&top-p=1&temperature=0.8" });
    const panel = await toDraw(page);
    const draw = page.getByRole("region", { name: "The draw" });
    await expect
      .poll(() => panel.textContent())
      .toMatch(/Kept: 3 of 4,096 tokens \(T = 0.8, top-k\)|Kept: 3 of 4,096 tokens \(\d steps\)/);
    expect(await panel.locator("math").textContent()).toContain("/T");
    await expect.poll(() => draw.textContent()).toContain("Hidden until");
    await panel.getByRole("radio", { name: "another" }).check();
    await button(page, "Draw the token").dblclick();
    await panel.getByRole("heading", { name: /^11 of / }).waitFor();
    await expect
      .poll(() => panel.textContent())
      .toMatch(
        /0\.\d+≤u=0\.\d+<[01]\.\d+⇒text←text\+token.*Drawn: .*, [\d.]+% after the chain, (as you guessed|not your guess)\./,
      );
    expect(await chips(page).count()).toBe(5);
    await button(page, "Previous step").click();
    await panel.getByText("Drawn:").waitFor();
    expect(await panel.getByRole("radio").count()).toBe(0);
    await button(page, "Continue").click();
    await panel.getByRole("heading", { name: /^11 of / }).waitFor();
    expect(await chips(page).count()).toBe(5);
    await button(page, "Back").click();
    await panel.waitFor({ state: "detached" });
  });

  test("while nothing can be drawn, the step says why, and its button waits; begun again, the selection is not lost", async () => {
    const page = await explorer.opened({ fragment: "#v=1&layer=2&position=1" });
    const panel = await toDraw(page);
    const draw = button(page, "Draw the token");
    await page.getByRole("spinbutton", { name: "Seed" }).fill("-1");
    await panel
      .getByRole("alert")
      .filter({ hasText: /^Seed / })
      .waitFor();
    expect(await draw.getAttribute("aria-disabled")).toBe("true");
    await page.getByRole("spinbutton", { name: "Seed" }).fill("7");
    await panel.getByRole("alert").waitFor({ state: "detached" });
    await button(page, "Follow one token (2 minutes)").click();
    await panel.getByRole("heading", { name: /^1 of / }).waitFor();
    await button(page, "Leave the tour").click();
    await expect.poll(() => page.evaluate("location.hash")).toMatch(/&layer=2&position=1&/);
  });

  test("a token that the tour did not draw ends it; the weights of a long text are not all shown", async () => {
    const page = await explorer.opened({ fragment: "#v=1&prompt=Once upon a time there was a king" });
    const panel = page.getByRole("complementary", { name: "Tour" });
    await button(page, "Follow one token (2 minutes)").click();
    for (let step = 1; step < 5; step++) {
      await panel.getByRole("heading", { name: new RegExp(`^${step} of `) }).waitFor();
      await button(page, "Continue").click();
    }
    await panel.getByText("… and 3 more").waitFor();
    await button(page, "Next").click();
    await panel.waitFor({ state: "detached" });
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
      const { value } = openNumber(
        { model, ids, activation: (key) => activations.get(key) as Tensor },
        { tensor: hook, index },
      );
      expect(text.replace("−", "-"), hook).toBe(value.toPrecision(4));
    }
  }
});
