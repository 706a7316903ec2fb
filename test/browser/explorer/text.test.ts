/**
 * packages/explorer in Chromium, built as it is published: what is on the page is what the command line prints for the same
 * prompt and seed, isolated or not, and nothing breaks the page's policy.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadFolderTokenizer } from "../../../packages/gpt/src/node/index.ts";
import { FULL, sample } from "../../setup/sample.ts";
import { hasChromium } from "../executable.ts";
import {
  button,
  chipIds,
  chips,
  type Explorer,
  idsOf,
  jsonOf,
  type Opening,
  pressTwoFramesApart,
  promptBox,
  runFor,
  setNumbers,
  startExplorer,
  status,
} from "./explorer.ts";
import { root } from "./site.ts";

const PROMPT = "Once upon a time";
const TOKENS = 64;

describe.runIf(hasChromium)("in Chromium", () => {
  let explorer: Explorer;
  let shared: Page; // by tests that any text before theirs does not disturb
  const opened = (opening?: Opening) => explorer.opened(opening);
  beforeAll(async () => {
    explorer = await startExplorer();
    shared = await opened();
  });
  afterAll(async () => {
    await explorer?.closePages();
    await explorer?.close();
  });

  const generated = (seed: number, maxTokens: number) =>
    jsonOf("generate", PROMPT, "--seed", String(seed), "--max-tokens", String(maxTokens), "--quiet");

  const PROMPTS = [
    "The 👑 of 王国",
    '<script>alert("x")</script> &amp; <b>',
    "  two  spaces,\n\ta tab ",
    "e\u0301 \u202Eright to left\u202C \u{1F468}\u200D\u{1F469}",
  ];

  test("chips have the ids and texts of tsgpt tokens", async () => {
    const page = shared;
    for (const prompt of sample(PROMPTS, 3)) {
      await promptBox(page).fill(prompt);
      const { ids, tokens } = await jsonOf("tokens", prompt);
      expect(await promptBox(page).getAttribute("dir")).toBe("auto"); // a text from right to left is shown so
      expect(await chipIds(page, ids.length)).toEqual(ids);
      const texts = await chips(page).allTextContents();
      expect(texts).toEqual(tokens.map((text: string) => text.replace(/[\u202C\u202E]/g, escaped)));
    }
    expect(await page.evaluate("document.scripts.length")).toBe(1);
  });

  test("the bytes of the opened chips, joined, are the prompt's UTF-8", async () => {
    for (const prompt of sample(PROMPTS, 1)) {
      await promptBox(shared).fill(prompt);
      await chipIds(shared, (await jsonOf("tokens", prompt)).ids.length);
      expect(Buffer.from((await openedBytes(shared)).join(""), "hex").toString()).toBe(prompt);
    }
    await shared.getByRole("button", { name: "Close" }).click();
  });

  const escaped = (control: string) => `\\u${control.charCodeAt(0).toString(16)}`;

  test("seed 7: the ids of tsgpt generate, on several threads", async () => {
    const page = shared;
    await promptBox(page).fill(PROMPT);
    await runFor(page, 7, TOKENS);
    const { promptTokens, tokens } = await generated(7, TOKENS);
    const expected = [...promptTokens, ...tokens.map(({ id }: { id: number }) => id)];
    expect(await chipIds(page, expected.length)).toEqual(expected);
    expect(await status(page)).toMatch(/^Model fairytales: simd kernels on [2-9] threads\. Generated 64 tokens/);
  });

  describe.runIf(FULL)("in the full run", () => {
    test("not isolated: the same ids, on one thread, and the page says why", async () => {
      const page = await opened({ isIsolated: false });
      await runFor(page, 7, TOKENS);
      const { promptTokens, tokens } = await generated(7, TOKENS);
      const expected = [...promptTokens, ...tokens.map(({ id }: { id: number }) => id)];
      expect(await chipIds(page, expected.length)).toEqual(expected);
      expect(await status(page)).toMatch(
        / on 1 thread\. Note: .*not cross-origin isolated.*runs? on one thread instead\. /,
      );
    });

    test("as many times Back as there are tokens gives the prompt, and Next the same tokens again", async () => {
      const page = await opened();
      await runFor(page, 7, TOKENS);
      const { ids } = await jsonOf("tokens", PROMPT);
      const before = await idsOf(chips(page));
      for (let i = 0; i < TOKENS; i++) await button(page, "Back").click();
      expect(await chipIds(page, ids.length)).toEqual(ids);
      expect(await button(page, "Back").getAttribute("aria-disabled")).toBe("true");
      for (let i = 0; i < 3; i++) await button(page, "Next").click();
      expect(await chipIds(page, ids.length + 3)).toEqual(before.slice(0, ids.length + 3));
    });

    test("the five likeliest tokens are those of --logprobs, and a press appends one", async () => {
      const page = await opened();
      const choices = page.getByRole("list", { name: "Likeliest to come next" }).getByRole("listitem");
      await choices.nth(4).waitFor();
      const likeliest = await idsOf(choices);
      const { tokens } = await jsonOf(
        "generate",
        PROMPT,
        "--max-tokens",
        "1",
        "--seed",
        "7",
        "--logprobs",
        "5",
        "--quiet",
      );
      expect(likeliest).toEqual(tokens[0].topLogprobs.map(({ id }: { id: number }) => id));
      await choices.nth(1).getByRole("button").click();
      const { ids } = await jsonOf("tokens", PROMPT);
      expect((await chipIds(page, ids.length + 1)).at(-1)).toBe(likeliest[1]);
    });

    test("Stop ends a run, and another prompt does", async () => {
      const page = await opened();
      await setNumbers(page, 7, 400);
      await pressTwoFramesApart(page, "Run", "Stop");
      await page
        .getByRole("status")
        .filter({ hasText: /Stopped after \d+ tokens?\.$/ })
        .waitFor();
      expect(await chips(page).count()).toBeLessThan(400);
      await button(page, "Run").click();
      await promptBox(page).fill("The king");
      const { ids } = await jsonOf("tokens", "The king");
      expect(await chipIds(page, ids.length)).toEqual(ids);
    });

    test("a prompt that is too long, and a seed that is none, are explained; the text stays usable", async () => {
      const page = await opened();
      await promptBox(page).fill("the king ".repeat(400));
      await page
        .getByRole("alert")
        .filter({ hasText: /^The prompt has \d+ tokens, the model reads at most 512/ })
        .waitFor();
      await promptBox(page).fill(PROMPT);
      await page.getByRole("alert").filter({ hasText: /^$/ }).waitFor({ state: "attached" });
      await page.getByRole("spinbutton", { name: "Seed" }).fill("-1");
      const problem = "Seed must be a whole number from 0 to 9007199254740991";
      await page.getByText(problem).waitFor();
      expect(await page.getByRole("spinbutton", { name: "Seed" }).inputValue()).toBe("-1");
      await page.getByRole("spinbutton", { name: "Seed" }).fill("");
      expect(await page.getByRole("spinbutton", { name: "Seed" }).inputValue()).toBe("");
      await page.getByRole("spinbutton", { name: "Seed" }).fill("7");
      await page.getByText(problem).waitFor({ state: "detached" });
    });

    test("an opened chip shows the merges of its token, in order, with what each leaves", async () => {
      const page = await opened();
      const tokenizer = await loadFolderTokenizer(join(root, "../../weights/fairytales"));
      await promptBox(page).fill("The king was unfathomable");
      const ids = await chipIds(page, (await jsonOf("tokens", "The king was unfathomable")).ids.length);
      const panel = page.getByRole("region", { name: "Opened token" });
      for (const [at, id] of ids.entries()) {
        await chips(page).nth(at).click();
        await panel.getByText(`id ${id}, position ${at}`).waitFor();
        const merges = tokenizer?.tokenMerges(id) ?? [];
        if (merges.length === 0) continue;
        await panel.getByRole("table").waitFor();
        const headers = await panel.getByRole("rowheader").allTextContents();
        expect(headers).toEqual(["Start", ...merges.map(({ rank }) => rank.toLocaleString("en"))]);
        expect(await panel.locator("mark").allTextContents()).toEqual(
          merges.map((merge) => tokenizer?.tokenText(merge.id)),
        );
      }
    });

    test("chips that were not made by merges say so", async () => {
      const page = await opened();
      const panel = page.getByRole("region", { name: "Opened token" });
      await promptBox(page).fill("");
      await chipIds(page, 1);
      await chips(page).first().click();
      await panel.getByText("No merges make this token; a special token is found in the text as a whole.").waitFor();
      await promptBox(page).fill("\u{1F451}");
      await panel.getByText("One byte, which is a token of its own: nothing was merged.").waitFor();
      await panel.getByText("Not a whole character: its other bytes are in the tokens beside it.").waitFor();
    });

    test("chips are one tab stop: keys move, open, select and close, and the focus stays", async () => {
      const page = await opened();
      const panel = page.getByRole("region", { name: "Opened token" });
      const pressed = async (...keys: string[]) => {
        for (const key of keys) await page.keyboard.press(key);
        return page.evaluate("document.activeElement.ariaLabel");
      };
      await page.getByRole("spinbutton", { name: "Max tokens" }).focus();
      expect(await pressed("Tab")).toBe("Position 0");
      expect(await pressed("ArrowRight", "ArrowRight")).toBe("Position 2");
      expect(await pressed("End", "ArrowRight")).toBe("Position 3");
      expect(await pressed("Home", "ArrowLeft")).toBe("Position 0");
      expect(await pressed("ArrowRight", "Enter")).toBe("Position 1");
      await panel.getByText("position 1").waitFor();
      const chosen = page.locator("[aria-current]");
      expect(await chosen.evaluateAll((all) => all.map(({ ariaLabel }) => ariaLabel))).toEqual(["Position 1"]);
      expect(await chosen.getAttribute("aria-expanded")).toBe("true");
      expect(await pressed("Tab")).toBeNull();
      expect(await pressed("Enter")).toBe("Position 1"); // Close
      await panel.waitFor({ state: "detached" });
      expect(await pressed("End", "Space", "Shift+Tab", "Tab")).toBe("Position 3");
      await panel.getByText("position 3").waitFor();
      expect(await pressed("Escape")).toBe("Position 3");
      await panel.waitFor({ state: "detached" });
      expect(await chosen.count()).toBe(0);
    });

    test("Next and Run by keyboard keep the focus, and what a last step computed is marked", async () => {
      const page = await opened();
      await setNumbers(page, 7, 8);
      await button(page, "Next").press("Enter");
      const { promptTokens } = await generated(7, 1);
      await chipIds(page, promptTokens.length + 1);
      expect(await page.locator(".computed").count()).toBe(1);
      await page.getByText("5 tokens: 1 computed in the last step (underlined), 4 from the cache.").waitFor();
      await button(page, "Run").press("Space");
      await page.getByRole("status").filter({ hasText: "Generated 8 tokens" }).waitFor();
      expect(await page.evaluate("document.activeElement.textContent")).toBe("Run");
      await button(page, "Run").press("Space");
      expect(await chipIds(page, promptTokens.length + 8)).toHaveLength(promptTokens.length + 8);
    });

    test("a run draws the new chips alone: those before stay as they are", async () => {
      const page = await opened();
      await page.evaluate(`{
        globalThis.changes = new Map();
        new MutationObserver((records) => {
          for (const { type, target, removedNodes } of records) {
            const name = type === "childList" && removedNodes.length === 0 ? "added" : type + " " + target.tagName;
            changes.set(name, (changes.get(name) ?? 0) + 1);
          }
        }).observe(document.querySelector(".tokens"), { subtree: true, childList: true, attributes: true, characterData: true });
      }`);
      await runFor(page, 7, TOKENS);
      const { added, ...others } = (await page.evaluate("Object.fromEntries(changes)")) as Record<string, number>;
      expect(added).toBe(TOKENS);
      expect(Object.keys(others)).toEqual(["attributes LI"]);
      expect(others["attributes LI"]).toBeLessThanOrEqual(4 + TOKENS); // no longer underlined: once each
    });

    test("while the model loads, the prompt and the numbers can be typed; then they are taken", async () => {
      const page = await (await explorer.browser.newContext()).newPage();
      let release = () => {};
      const released = new Promise<void>((resolve) => (release = resolve));
      await page.route("**/model.safetensors", async (route) => {
        await released;
        await route.continue();
      });
      await page.goto(explorer.served.url);
      await promptBox(page).fill("The king");
      await setNumbers(page, 7, 5);
      await button(page, "Run").click({ force: true }); // is not available: does nothing
      release();
      await button(page, "Run").and(page.locator("[aria-disabled=false]")).click();
      const { promptTokens, tokens } = await jsonOf(
        "generate",
        "The king",
        "--seed",
        "7",
        "--max-tokens",
        "5",
        "--quiet",
      );
      const expected = [...promptTokens, ...tokens.map(({ id }: { id: number }) => id)];
      expect(await chipIds(page, expected.length)).toEqual(expected);
      await page.context().close();
    });

    test("by keyboard alone, at 360 px: nothing is cut off, and every control is reached in order", async () => {
      const page = await opened({ viewport: { width: 360, height: 640 }, colorScheme: "dark" });
      await page.getByRole("list", { name: "Likeliest to come next" }).getByRole("button").nth(4).waitFor();
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
      const reached: unknown[] = [];
      for (let i = 0; i < 8; i++) {
        await page.keyboard.press("Tab");
        reached.push(await page.evaluate(`document.activeElement?.closest("label, button")?.textContent?.trim()`));
      }
      expect(reached).toEqual([
        "Follow one token (2 minutes)",
        "Prompt",
        "Next",
        "Run",
        "Stop",
        "Back",
        "Seed",
        "Max tokens",
      ]);
    });

    test("the command prints the address first, serves the page, and stops at Ctrl-C; once built it is not built again", async () => {
      const first = await explored();
      const second = await explored();
      expect(second).toBe(first);
      const { stdout } = await promisify(execFile)(process.execPath, [join(root, "server/dist/main.js"), "--build"]);
      expect(stdout).toBe(`${join(root, "dist")}\n`);
      expect(statSync(join(root, "dist/index.html")).mtimeMs).toBe(first);
    });
  });
});

/** Of each chip, opened one after another: its bytes as hexadecimal digits. From within the page: a click from here takes longer. */
const openedBytes = (page: Page) =>
  page.evaluate<string[]>(`(async () => {
    const bytes = [];
    for (const chip of document.querySelectorAll(".tokens button")) {
      chip.click();
      for (;;) {
        await new Promise(requestAnimationFrame);
        const opened = document.querySelector('[aria-label="Opened token"]');
        const shown = opened?.querySelector("dd");
        if (!shown || !opened.querySelector("h3").textContent.endsWith("position " + bytes.length)) continue;
        bytes.push(shown.textContent.replaceAll(" ", ""));
        break;
      }
    }
    return bytes;
  })()`);

/** Runs the command once; when the page that it served was built. */
async function explored(): Promise<number> {
  const child = spawn(process.execPath, [join(root, "server/dist/main.js"), "--port", "0", "--no-open"]);
  try {
    const [url] = await once(createInterface(child.stdout), "line");
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    expect(await (await fetch(url)).text()).toContain("Content-Security-Policy");
    expect(await interrupted(child)).toBe(0);
    return statSync(join(root, "dist/index.html")).mtimeMs;
  } finally {
    child.kill();
  }
}

async function interrupted(child: ChildProcess): Promise<number | null> {
  const closed = once(child, "close");
  child.kill("SIGINT");
  return (await closed)[0];
}
