/**
 * Sharing and exporting in Chromium: a link opened in a fresh profile has the same state, and every exported number is that of the
 * command line.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emptyFolder, tsgpt } from "../../../packages/cli/test/process.ts";
import { plainTrace } from "../../../packages/explorer/test/plain-trace.ts";
import { FULL } from "../../setup/sample.ts";
import { hasChromium } from "../executable.ts";
import {
  button,
  chipIds,
  chips,
  type Explorer,
  exported,
  idsOf,
  jsonFile,
  jsonOf,
  type Opening,
  pressTwoFramesApart,
  promptBox,
  runFor,
  shared,
  startExplorer,
  status,
} from "./explorer.ts";

const PROMPT = "Once upon a time";
const TOKENS = 64;
const TRACED = { timeout: 120_000 }; // the page and the command write every number of a pass
const { n_layer: layers } = JSON.parse(readFileSync("weights/fairytales/config.json", "utf8"));

const state = (page: Page) => jsonFile(page, "State (JSON)");

const idOf = ({ id }: { id: number }): number => id;

describe.runIf(hasChromium)("in Chromium", () => {
  let explorer: Explorer;
  const opened = (opening?: Opening) => explorer.opened(opening);
  beforeAll(async () => {
    explorer = await startExplorer();
  });
  afterAll(async () => {
    await explorer?.closePages();
    await explorer?.close();
  });

  const generated = (...options: string[]) => jsonOf("generate", PROMPT, "--seed", "7", "--quiet", ...options);

  test("State is what generate --json says, and a link opens it in a fresh profile", async () => {
    const page = await opened();
    await runFor(page, 7, TOKENS);
    const { finishReason: _, timings: __, text: ___, ...expected } = await generated("--max-tokens", `${TOKENS}`);
    const found = await state(page);
    expect(found).toEqual({ ...expected, sampling: { dialect: "lecture" } });
    const fresh = await opened({ fragment: await shared(page) });
    await chipIds(fresh, expected.promptTokens.length + TOKENS);
    expect(await state(fresh)).toEqual(found);
    expect(await fresh.getByRole("spinbutton", { name: "Max tokens" }).inputValue()).toBe(`${TOKENS}`);
    await promptBox(page).fill("Other");
    await page.getByText("Copied a link to what this page shows.").waitFor({ state: "detached" });
  });

  describe.runIf(FULL)("in the full run", () => {
    test("a link has interventions, both texts, the open number and the block's choices", async () => {
      const page = await opened({ fragment: "#v=1&open=block,texts,interventions&seed=7" });
      const box = (name: string) => page.getByRole("textbox", { name });
      await button(page, "Next").click();
      await chipIds(page, 5);
      await box("Text A").fill("a king and a queen");
      await box("Text B").fill("There was a little girl");
      await page.getByRole("checkbox", { name: /watermark/ }).check();
      await page.getByRole("button", { name: /^Set layer/ }).click();
      await page.getByRole("button", { name: /^Patch before/ }).click();
      const list = (of: Page) => of.getByRole("list", { name: "Interventions" }).getByRole("listitem");
      await list(page).nth(1).waitFor();
      await page.getByRole("combobox", { name: "Shown" }).selectOption("scores");
      await page.getByRole("checkbox", { name: /^Hide the first/ }).check();
      await page.locator('.stages [data-hook$="hook_mlp_out"]').first().click();
      const drawer = (of: Page) => of.getByRole("complementary", { name: "Number" });
      const value = await drawer(page).locator(".value").textContent();
      const found = await state(page);
      expect(Object.keys(found.page)).toEqual([
        "interventions",
        "textA",
        "textB",
        "watermarkTest",
        "number",
        "attention",
        "hideFirst",
      ]);
      const fragment = await shared(page);

      const fresh = await opened({ fragment });
      expect(await drawer(fresh).locator(".value").textContent()).toBe(value);
      expect(await state(fresh)).toEqual(found);
      expect(await list(fresh).allTextContents()).toEqual(await list(page).allTextContents());
      expect(await fresh.getByRole("textbox", { name: "Text A" }).inputValue()).toBe("a king and a queen");
      expect(await fresh.getByRole("grid", { name: /^Scores of each/ }).getAttribute("aria-colcount")).toBe("4");
      expect(await fresh.getByRole("alert").textContent()).toBe("");
      const distribution = async (of: Page) => (await exported(of, "Distribution (JSON)")).bytes;
      expect((await distribution(fresh)).equals(await distribution(page))).toBe(true);
    });

    test("the browser's Back undoes an intervention, and brings back one that was undone", async () => {
      const zero = encodeURIComponent('[{"type":"zero","tensor":"blocks.2.attn.hook_z","head":1}]');
      const page = await opened({ fragment: `#v=1&open=interventions&interventions=${zero}` });
      const list = page.getByRole("list", { name: "Interventions" }).getByRole("listitem");
      const distribution = async () => (await exported(page, "Distribution (JSON)")).bytes.toString();
      await list.first().waitFor();
      const changed = await distribution();
      await button(page, "Undo").click();
      await list.first().waitFor({ state: "detached" });
      await expect.poll(() => page.url()).not.toContain("interventions=");
      expect(await distribution()).not.toBe(changed);
      await page.goBack();
      await list.first().waitFor();
      expect(await distribution()).toBe(changed);
    });

    test("interventions and numbers that the model or the text does not have are explained", async () => {
      const wrong = encodeURIComponent('[{"type":"zero","tensor":"blocks.9.attn.hook_z"}]');
      const page = await opened({ fragment: `#v=1&interventions=${wrong}&number=logits:99,0` });
      const alert = page.getByRole("alert");
      await alert.filter({ hasText: "The link's interventions cannot be made" }).waitFor();
      await alert.filter({ hasText: "The link's number cannot be opened" }).waitFor();
      expect(await page.getByRole("complementary").count()).toBe(0);
      await chipIds(page, 4);
    });

    test.each([
      { isIsolated: true, hasRelaxedSimd: true },
      { isIsolated: false, hasRelaxedSimd: true },
      { isIsolated: true, hasRelaxedSimd: false },
      { isIsolated: false, hasRelaxedSimd: false },
    ])("64 tokens with seed 7, and their trace: %o", TRACED, async ({ isIsolated, hasRelaxedSimd }) => {
      const page = await opened({ isIsolated, hasRelaxedSimd });
      await runFor(page, 7, TOKENS);
      const { promptTokens, tokens } = await generated("--max-tokens", `${TOKENS}`);
      expect((await state(page)).tokens.map(idOf)).toEqual(tokens.map(idOf));
      expect(/no relaxed SIMD/.test((await status(page)) ?? "")).toBe(!hasRelaxedSimd);
      const { name, bytes } = await exported(page, "Trace (safetensors)");
      expect(name).toBe("fairytales-trace.safetensors");
      const ids = [...promptTokens, ...tokens.map(idOf)];
      expect(bytes.equals(await (hasRelaxedSimd ? commandTrace(ids) : plainTrace(ids)))).toBe(true);
    });

    test("Distribution: the softmax of logits --last, in its order, and each step of the chain", async () => {
      const page = await opened();
      const { logits, probabilities, chain } = await jsonFile(page, "Distribution (JSON)");
      const { ids } = await jsonOf("tokens", PROMPT);
      const file = join(emptyFolder(), "logits.safetensors");
      await tsgpt(["logits", "--tokens", ids.join(","), "--last", "--output", file]);
      const bytes = readFileSync(file);
      const row = new Float32Array(bytes.buffer.slice(bytes.byteOffset + bytes.length - 4 * logits.length));
      expect(logits).toEqual(Array.from(row));
      const exps = logits.map((value: number) => Math.exp(value - Math.max(...logits)));
      const sum = exps.reduce((all: number, value: number) => all + value, 0);
      for (const [i, value] of probabilities.entries()) expect(Math.abs(value - exps[i] / sum)).toBeLessThan(1e-6);
      const order = (values: number[]) => [...values.keys()].sort((a, b) => values[b] - values[a] || a - b);
      expect(order(probabilities)).toEqual(order(logits));
      expect(chain.map(({ type }: { type: string }) => type)).toEqual(["top-p"]);
      for (const step of chain) {
        expect(Object.keys(step)).toEqual(["type", "kept", "mass", "entropy", "cut"]);
        expect(step.kept + step.cut.length).toBe(logits.length);
      }
    });

    test("Picture is an SVG that a browser shows, with the tokens' texts", async () => {
      const page = await opened();
      await runFor(page, 7, 12);
      const { name, bytes } = await exported(page, "Picture (SVG)");
      expect(name).toBe("fairytales-picture.svg");
      const parsed = await page.evaluate(
        `(() => {
          const svg = new DOMParser().parseFromString(${JSON.stringify(bytes.toString())}, "image/svg+xml").documentElement;
          return { tag: svg.tagName, texts: [...svg.querySelectorAll("text")].map(({ textContent }) => textContent) };
        })()`,
      );
      const texts = (await chips(page).allTextContents()).map((text) => text.replaceAll(" ", "·"));
      expect(parsed).toMatchObject({ tag: "svg", texts: expect.arrayContaining(texts) });
    });

    test.each(["State (JSON)", "Trace (safetensors)"])("%s works while tokens are generated", async (item) => {
      const page = await opened({ fragment: "#seed=7&max-tokens=500&logit-bias=0:-1000" }); // no end of the text
      const download = page.waitForEvent("download");
      const isStopping = await page.evaluate(`(async () => {
        const named = (name) => [...document.querySelectorAll("button, [role=menuitem]")].find(({ textContent }) => textContent === name);
        named("Run").click();
        while (document.querySelectorAll(".tokens li").length < 12) await new Promise(requestAnimationFrame);
        named("Export").click();
        while (!named(${JSON.stringify(item)})) await new Promise(requestAnimationFrame);
        named(${JSON.stringify(item)}).click();
        return named("Stop").getAttribute("aria-disabled") === "false";
      })()`);
      expect(isStopping).toBe(true);
      const bytes = readFileSync(await (await download).path());
      await button(page, "Stop").click();
      const ids = await idsOf(chips(page));
      const found = item === "State (JSON)" ? stateIds(bytes) : traceIds(bytes);
      expect(found.length).toBeGreaterThanOrEqual(12);
      expect(ids.slice(0, found.length)).toEqual(found);
    });

    function stateIds(bytes: Buffer): number[] {
      const { promptTokens, tokens } = JSON.parse(bytes.toString());
      return [...promptTokens, ...tokens.map(idOf)];
    }

    function traceIds(bytes: Buffer): number[] {
      const length = Number(bytes.readBigUInt64LE());
      const { ids } = JSON.parse(bytes.subarray(8, 8 + length).toString());
      const [from, to] = ids.data_offsets;
      const values = bytes.subarray(8 + length + from, 8 + length + to);
      const width = values.length / ids.shape[0];
      return Array.from({ length: ids.shape[0] }, (_, i) => values.readInt32LE(i * width));
    }

    test("a trace can be cancelled", async () => {
      const page = await opened({ fragment: `#prompt=${"the+king+".repeat(230)}` });
      await chips(page).nth(400).waitFor();
      const before = await chips(page).count();
      const downloads: unknown[] = [];
      page.on("download", (file) => downloads.push(file));
      await page.evaluate(`new MutationObserver(() => {
        const cancel = [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Cancel");
        if (cancel) { globalThis.cancelled = true; cancel.click(); }
      }).observe(document.body, { childList: true, subtree: true })`);
      await pressTwoFramesApart(page, "Export", "Trace (safetensors)");
      await page.waitForFunction("globalThis.cancelled");
      await page.getByText("Exporting: Trace").waitFor({ state: "detached" });
      await button(page, "Next").click(); // the worker goes on
      await chips(page).nth(before).waitFor();
      expect(downloads).toEqual([]);
      expect(await page.getByRole("alert").textContent()).toBe("");
    });

    test("a link has the sampling, the chosen tokens, the selection and the sections, and the next token is the same", async () => {
      const fragment = `#prompt=The+king&seed=3&dialect=hf&top-k=5&temperature=1.5&banned=%5B%22+the%22%5D&layer=1&head=2&position=1&open=map,cache&max-tokens=9`;
      const page = await opened({ fragment });
      for (const name of ["Map", "Cache"])
        expect(
          await page.getByRole("region", { name, exact: true }).locator("> details").getAttribute("open"),
        ).not.toBeNull();
      await button(page, "Next").click();
      await chips(page).nth(2).waitFor();
      await page.getByRole("list", { name: "Likeliest to come next" }).getByRole("button").nth(3).click();
      await button(page, "Next").click();
      await chips(page).nth(4).waitFor();
      const link = await shared(page);
      expect(link).toMatch(
        /&tokens=\d+,\d+c,\d+&layer=1&head=2&position=1&open=map,cache&dialect=hf&banned=%5B%22\+the%22%5D&temperature=1.5&top-k=5$/,
      );
      const fresh = await opened({ fragment: link });
      await chipIds(fresh, 5);
      expect(await shared(fresh)).toBe(link);
      expect(await promptBox(fresh).inputValue()).toBe("The king");
      expect(await fresh.getByRole("spinbutton", { name: "Seed" }).inputValue()).toBe("3");
      for (const one of [page, fresh]) await button(one, "Next").click();
      await chips(page).nth(5).waitFor();
      await chips(fresh).nth(5).waitFor();
      expect(await state(fresh)).toEqual(await state(page));
    });

    test("the browser's Back undoes a step or a run, Forward repeats it, and an edited fragment is opened", async () => {
      const page = await opened();
      const { ids } = await jsonOf("tokens", PROMPT);
      await button(page, "Next").click();
      await page.waitForURL(/tokens=\d+&/);
      await runFor(page, 14, 5);
      await page.waitForURL(/tokens=(\d+,){4}\d+&/);
      const all = await chipIds(page, ids.length + 5);
      await button(page, "Back").click();
      await page.waitForURL(/tokens=(\d+,){3}\d+&/);
      for (const count of [5, 1, 0]) {
        await page.evaluate("history.back()");
        expect(await chipIds(page, ids.length + count)).toEqual(all.slice(0, ids.length + count));
      }
      await page.evaluate("history.forward()");
      await chipIds(page, ids.length + 1);
      await page.evaluate(`location.hash = "#prompt=Hello&seed=5&max-tokens=6"`);
      await page.getByRole("textbox", { name: "Prompt" }).and(page.locator(":not(:focus)")).waitFor();
      await expect.poll(() => promptBox(page).inputValue()).toBe("Hello");
      await expect.poll(() => page.getByRole("spinbutton", { name: "Seed" }).inputValue()).toBe("5");
      expect(await page.getByRole("spinbutton", { name: "Max tokens" }).inputValue()).toBe("6");
    });

    const tokens = "1,".repeat(600);
    const keys = Array.from({ length: 5000 }, (_, i) => `k${i}=1`).join("&");
    test.each([
      [
        "an unknown key",
        "prompt=Hello&sede=7",
        'The link has a part "sede" that this page does not know. The rest was opened.',
      ],
      [
        "sampling out of range",
        "prompt=Hello&top-p=2",
        "The link's sampling cannot be used: Top-p must be above 0 and at most 1 (1 is off), got 2. The rest was opened.",
      ],
      [
        "a token that the model lacks",
        "prompt=Hello&tokens=1,999999",
        "The link's tokens cannot be used: The model has no token 999999; its ids go from 0 to 4095. The rest was opened.",
      ],
      [
        "more tokens than the context",
        `prompt=Hello&tokens=${tokens}1`,
        /^The link's tokens cannot be used: The text has 60\d tokens, the model reads at most 512/,
      ],
      [
        "a layer that the model lacks",
        "prompt=Hello&layer=99",
        `The link's layer must be a whole number from -1 to ${layers}, got 99.`,
      ],
      [
        "an unknown model",
        "prompt=Hello&model=gpt9",
        'The link\'s model must be a model that this page has (fairytales), or one of the hub, such as openai-community/gpt2@main, got "gpt9". The rest was opened.',
      ],
      [
        "thousands of unknown keys",
        `prompt=Hello&${keys}`,
        / 4,998 more problems in the link\. The rest was opened\.$/,
      ],
      [
        "a prompt beyond the context",
        `prompt=${"x+".repeat(24_000)}`,
        /^The prompt has \d+ tokens, the model reads at most 512; shorten it$/,
      ],
      [
        "a link of a million characters",
        `prompt=${"a".repeat(1_000_000)}`,
        /^The link has 1,000,007 characters; at most 50,000 are read\.$/,
      ],
    ])("%s is explained", async (_, fragment, sentence) => {
      const page = await opened({ fragment: `#${fragment}` });
      const alert = page.getByRole("alert").filter({ hasText: sentence });
      await alert.waitFor();
      if (fragment.startsWith("prompt=Hello")) {
        expect((await state(page)).prompt).toBe("Hello");
        await promptBox(page).fill("Goodbye");
        await alert.waitFor({ state: "detached" });
      }
    });

    test("the menu by keyboard: it opens on its first item, arrows go around, Escape gives the focus back", async () => {
      const page = await opened();
      const focused = () => page.evaluate("document.activeElement.textContent");
      await button(page, "Export").focus();
      await page.keyboard.press("ArrowDown");
      const seen = [await focused()];
      for (const key of ["ArrowUp", "ArrowDown", "End", "Home", "d", "t"]) {
        await page.keyboard.press(key);
        seen.push(await focused());
      }
      const items = [
        "State (JSON)",
        "Distribution (JSON)",
        "Scores (JSON)",
        "Trace (safetensors)",
        "Picture (SVG)",
      ] as const;
      const [first, second, , fourth, last] = items;
      expect(seen).toEqual([first, last, first, last, first, second, fourth]);
      expect(await page.getByRole("menuitem").allTextContents()).toEqual(items);
      await page.keyboard.press("Escape");
      expect(await focused()).toBe("Export");
      expect(await page.getByRole("menu").count()).toBe(0);
      await page.keyboard.press("Enter");
      await page.keyboard.press("Tab");
      await page.getByRole("menu").waitFor({ state: "detached" });
    });

    test("in a low window the last item of the menu can be seen", async () => {
      const page = await opened({ viewport: { width: 360, height: 400 } });
      await button(page, "Export").click();
      const menu = page.getByRole("menu", { name: "Export" });
      await page.keyboard.press("End");
      for (const box of [await menu.boundingBox(), await menu.getByRole("menuitem").last().boundingBox()]) {
        expect((box?.y ?? -1) >= 0 && (box?.y ?? 0) + (box?.height ?? 0) <= 400).toBe(true);
      }
    });

    test("a canvas is as sharp as the screen, also after its pixels alone have changed", async () => {
      const page = await opened({ viewport: { width: 800, height: 600 }, fragment: "#open=map,cache" });
      const session = await page.context().newCDPSession(page);
      const ratios = () =>
        page.evaluate<number[]>(`[...document.querySelectorAll(".heat-grid canvas, figure > canvas, .cache canvas")]
          .map((canvas) => Math.round(10 * canvas.width / canvas.clientWidth) / 10)`);
      for (const [i, deviceScaleFactor] of [1, 2, 1.5].entries()) {
        const height = 600 + i; // without another height, Chromium tells no query of an emulated screen
        const screen = { width: 800, height, deviceScaleFactor, mobile: false };
        await session.send("Emulation.setDeviceMetricsOverride", screen);
        await expect.poll(async () => new Set(await ratios())).toEqual(new Set([deviceScaleFactor]));
      }
      expect((await ratios()).length).toBeGreaterThan(1);
    });

    test("where the clipboard is refused, the link is in a field", async () => {
      const page = await opened();
      await page.evaluate("navigator.clipboard.writeText = () => Promise.reject(new Error('no'))");
      await button(page, "Share").click();
      await page.getByText("The browser did not allow copying.").waitFor();
      const link = await page.getByRole("textbox", { name: "Link" }).inputValue();
      expect(link).toMatch(/#v=1&model=fairytales&prompt=Once\+upon\+a\+time&seed=14&max-tokens=100&dialect=lecture$/);
    });
  });
});

/** The file that the command line writes, with relaxed SIMD. */
async function commandTrace(ids: readonly number[]): Promise<Buffer> {
  const file = join(emptyFolder(), "trace.safetensors");
  await tsgpt(["logits", "--tokens", ids.join(","), "--trace", "--output", file]);
  return readFileSync(file);
}
