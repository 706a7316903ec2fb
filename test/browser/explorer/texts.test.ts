/** Texts judged in the page: statistics and classes are those of `tsgpt score` and `tsgpt detect`. */
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FULL } from "../../setup/sample.ts";
import { hasChromium } from "../executable.ts";
import { button, chips, type Explorer, jsonFile, jsonOf, openSection, setNumbers, startExplorer } from "./explorer.ts";

const TOLERANCE = 1e-5; // relative: float32 logits of other kernels would differ by more
const TEXT = `Once upon a time there was a king who had three daughters, and the youngest was so fair that the sun
itself was astonished when it shone in her face. ${"She went into the forest and sat down by the cool well. ".repeat(20)}`;

describe.runIf(hasChromium && FULL)("in Chromium", () => {
  let explorer: Explorer;
  let page: Page;
  let section: Locator;
  beforeAll(async () => {
    explorer = await startExplorer();
    page = await explorer.opened();
    section = await openSection(page, "Texts");
  });
  afterAll(async () => {
    await explorer?.closePages();
    await explorer?.close();
  });

  const shownValue = async (name: string, column: number) =>
    Number(
      await section
        .getByRole("row", { name: new RegExp(`^${name} `) })
        .locator("data")
        .nth(column)
        .getAttribute("value"),
    );

  test("rank, bits, perplexity, Fast-DetectGPT and watermark of 300 tokens", async () => {
    await section.getByRole("textbox", { name: "Text A" }).fill(TEXT);
    await section.getByRole("checkbox").check();
    const score = await jsonOf("score", TEXT);
    const detected = await jsonOf("detect", TEXT, "--watermark-key", "42");
    expect(score.ids.length).toBeGreaterThan(290);
    const expected: Record<string, number> = {
      "bits per token": score.bitsPerToken,
      perplexity: score.perplexity,
      rank: detected.rank,
      "log-rank": detected.logRank,
      entropy: detected.entropy,
      "Fast-DetectGPT": detected.fastDetectGpt,
      "watermark z": detected.watermark.z,
    };
    const marks = section.locator(".marked").first().locator(":scope > span");
    await expect.poll(() => marks.count()).toBe(score.ids.length);
    for (const [name, value] of Object.entries(expected))
      await expect
        .poll(async () => Math.abs((await shownValue(name, 0)) / value - 1), { message: name })
        .toBeLessThan(TOLERANCE);
    const counts = await marks.evaluateAll((spans) => spans.map(({ className }) => className.split(" ")[1]));
    for (const name of ["top10", "top100", "top1000", "rest"])
      expect(counts.filter((one) => one === name)).toHaveLength(detected.classes[name]);
  });

  test("Scores are what score --json says of each text", async () => {
    await section.getByRole("textbox", { name: "Text B" }).fill("a king and a queen");
    const scores = await jsonFile(page, "Scores (JSON)");
    for (const [i, text] of [TEXT, "a king and a queen"].entries()) {
      const { timings: _, ...expected } = await jsonOf("score", text);
      expect(Object.keys(scores[i])).toEqual(Object.keys(expected));
      expect(scores[i].ids).toEqual(expected.ids);
      expect(Math.abs(scores[i].perplexity / expected.perplexity - 1)).toBeLessThan(TOLERANCE);
    }
    expect(scores).toHaveLength(2);
  });

  test("text B written with the watermark is that of generate, and its z rises", async () => {
    await setNumbers(page, 3, 200);
    const z = () => shownValue("watermark z", 1);
    const without = await z();
    await button(page, "Write text B with the watermark").click();
    const { text } = await jsonOf(
      "generate",
      "Once upon a time",
      "--seed",
      "3",
      "--max-tokens",
      "200",
      "--quiet",
      "--watermark-key",
      "42",
    );
    const box = section.getByRole("textbox", { name: "Text B" });
    await expect.poll(() => box.inputValue()).toBe(text);
    const expected = (await jsonOf("detect", text, "--watermark-key", "42")).watermark.z;
    await expect.poll(async () => Math.abs((await z()) - expected)).toBeLessThan(TOLERANCE);
    expect(expected).toBeGreaterThan(without + 2);
  });

  test("3,000 tokens: the page stays usable, progress is shown, and typing cancels", async () => {
    const box = section.getByRole("textbox", { name: "Text A" });
    await box.fill("She went into the forest and sat down by the cool well. ".repeat(230));
    await section.getByRole("progressbar", { name: "Text A is read" }).waitFor();
    const before = await chips(page).count();
    await button(page, "Next").click(); // is answered meanwhile
    await expect.poll(() => chips(page).count()).toBe(before + 1);
    await box.fill("a king and a queen");
    await expect.poll(() => section.locator(".marked").first().locator(":scope > span").count()).toBeLessThan(10);
    expect(await section.getByRole("progressbar").count()).toBe(0);
  });

  test("a text of one token is explained, and the other text stays", async () => {
    const box = section.getByRole("textbox", { name: "Text B" });
    await box.fill("a");
    await section.getByText("a text needs two tokens or more").waitFor();
    await box.fill("a king and a queen");
    await section.getByText("a text needs two tokens or more").waitFor({ state: "detached" });
  });

  test("a key that is none goes when a link sets the key, also to the one before", async () => {
    const key = section.getByRole("spinbutton", { name: "Watermark key" });
    for (const link of ["watermark-test=7", "seed=3&watermark-test=7"]) {
      await key.fill("-1");
      await section.getByText(/^Watermark key must be a whole number/).waitFor();
      await page.evaluate(`location.hash = "#open=texts&${link}"`);
      await expect.poll(() => key.inputValue()).toBe("7");
      expect(await section.locator(".problem").count()).toBe(0);
    }
  });
});
