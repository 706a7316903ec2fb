/**
 * The explorer's section "Cache" in Chromium: bytes and multiply-adds by formula, and a race whose two sides have the ids
 * of tsgpt generate, with the cache and without.
 */
import { readFileSync } from "node:fs";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FULL } from "../../setup/sample.ts";
import { hasChromium } from "../executable.ts";
import {
  type Explorer,
  jsonOf,
  openSection,
  pressTwoFramesApart,
  promptBox,
  runFor,
  startExplorer,
} from "./explorer.ts";

const PROMPT = "Once upon a time";
const TOKENS = 8;
const config = JSON.parse(readFileSync(new URL("../../../weights/fairytales/config.json", import.meta.url), "utf8"));
const { n_layer: l, n_embd: c, n_positions: context, vocab_size: v } = config;

describe.runIf(hasChromium)("in Chromium", () => {
  let explorer: Explorer;
  let page: Page;
  let section: Locator;
  beforeAll(async () => {
    explorer = await startExplorer();
    page = await explorer.opened();
    section = await openSection(page, "Cache");
  });
  afterAll(async () => {
    await explorer?.closePages();
    await explorer?.close();
  });

  const tokens = async () => (await jsonOf("tokens", PROMPT)).ids.length as number;

  /** The cells of a picture's table, without digit separators. */
  async function rowsOf(picture: Locator): Promise<string[][]> {
    await picture.getByRole("button", { name: "Table" }).click();
    const rows = await picture.locator("tbody tr").all();
    const cells = rows.map(async (row) =>
      (await row.locator("th, td").allTextContents()).map((text) => text.replaceAll(",", "")),
    );
    return Promise.all(cells);
  }

  async function raceOf(count: number): Promise<void> {
    await section.getByRole("spinbutton", { name: "Race tokens" }).fill(String(count));
    await section.getByRole("button", { name: "Race", exact: true }).click();
  }

  test("the cache's bytes are 8 L C S; both sides of a race have the ids of tsgpt generate", async () => {
    const s = await tokens();
    await section.locator("summary", { hasText: `${s} of ${context} positions hold keys and values` }).waitFor();
    const contents = await rowsOf(section.locator("figure").first());
    expect(contents.at(-1)).toEqual(["All layers", s, 4 * l * c * s, 4 * l * c * s, 8 * l * c * s].map(String));
    await raceOf(TOKENS);
    await section.getByText(`Both sides generated the same ${TOKENS} tokens: `).waitFor();
    const laps = await rowsOf(section.getByRole("figure").nth(2));
    const { tokens: generated } = await jsonOf(
      "generate",
      PROMPT,
      "--seed",
      "14",
      "--max-tokens",
      String(TOKENS),
      "--quiet",
    );
    const ids = generated.map(({ id }: { id: number }) => String(id));
    expect(laps.map((lap) => lap[2])).toEqual(ids);
    expect(laps.map((lap) => lap[3])).toEqual(ids);
    const weights = l * 12 * c * c; // of one position, as nInner is 4 C
    for (const [i, [, , , , withCache, without]] of laps.entries()) {
      const length = s + i;
      const whole = length * weights + l * c * length * (length + 1) + v * c;
      expect(Number(without)).toBe(whole);
      expect(Number(withCache)).toBe(i === 0 ? whole : weights + 2 * l * c * length + v * c);
    }
  });

  describe.runIf(FULL)("in the full run", () => {
    test("the ids are those of tsgpt generate --no-cache", async () => {
      await raceOf(64);
      await section.getByText("Both sides generated the same 64 tokens: ").waitFor();
      await section.getByRole("button", { name: "Picture" }).last().click();
      const laps = await rowsOf(section.getByRole("figure").nth(2));
      const { tokens: generated } = await jsonOf(
        ...["generate", PROMPT, "--seed", "14", "--max-tokens", "64", "--no-cache", "--quiet"],
      );
      expect(laps.map((lap) => Number(lap[3]))).toEqual(generated.map(({ id }: { id: number }) => id));
    });

    test("Stop race ends it, another prompt does, and the text stays as it is", async () => {
      await section.getByRole("spinbutton", { name: "Race tokens" }).fill("500");
      await pressTwoFramesApart(page, "Race", "Stop race");
      await section
        .getByText(/ms without, [\d.]+ times as long\. Stopped\.$|^Stopped before the first token\.$/)
        .waitFor();
      expect(await section.locator("summary").first().textContent()).toContain(
        `${await tokens()} of ${context} positions`,
      );
      await pressTwoFramesApart(page, "Race");
      await promptBox(page).fill("The king");
      await section.getByText(/Stopped/).waitFor();
    });

    test("a run and a race are announced once each, when they end", async () => {
      await promptBox(page).fill(PROMPT);
      await section.locator("summary", { hasText: `${await tokens()} of ${context} positions` }).waitFor();
      await page.evaluate(`globalThis.announced = [];
        new MutationObserver((records) => {
          for (const { target, addedNodes } of records) {
            const text = addedNodes.length > 0 ? [...addedNodes].map((node) => node.textContent).join("") : target.data;
            if ((target.closest ? target : target.parentElement).closest("[role=status], [role=alert], [aria-live]") && text) announced.push(text);
          }
        }).observe(document.body, { subtree: true, childList: true, characterData: true });`);
      await raceOf(32);
      await section.getByText("Both sides generated the same 32 tokens: ").waitFor();
      await runFor(page, 14, 32);
      const [race, run, ...others] = (await page.evaluate("announced")) as string[];
      expect(race).toMatch(/^Both sides generated the same 32 tokens: /);
      expect(run).toMatch(/^ ?Generated 32 tokens/);
      expect(others).toEqual([]);
    });

    test("a prompt that fills the context has no room for a race", async () => {
      await promptBox(page).fill(`a${" king".repeat(context - 1)}`);
      await section.getByText("The prompt fills the context, so there is no room for a race.").waitFor();
      expect(await section.getByRole("button", { name: "Race", exact: true }).getAttribute("aria-disabled")).toBe(
        "true",
      );
      await promptBox(page).fill(PROMPT);
    });

    test("a number of tokens that the context does not have is explained", async () => {
      await section.getByRole("spinbutton", { name: "Race tokens" }).fill("513");
      await section.getByText(/^Race tokens must be a whole number from 1 to \d+$/).waitFor();
    });
  });
});
