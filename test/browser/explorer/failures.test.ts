/** What the page does when the worker fails, or has no memory: one sentence, and the text stays. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FULL } from "../../setup/sample.ts";
import { hasChromium } from "../executable.ts";
import {
  button,
  chipIds,
  chips,
  type Explorer,
  idsOf,
  openSection,
  promptBox,
  runFor,
  startExplorer,
} from "./explorer.ts";

describe.runIf(hasChromium && FULL)("in Chromium, in the full run", () => {
  let explorer: Explorer;
  beforeAll(async () => {
    explorer = await startExplorer();
  });
  afterAll(async () => {
    await explorer?.closePages();
    await explorer?.close();
  });

  /** Without a service worker, which would answer in place of the test's routes. */
  const newPage = async () => (await explorer.browser.newContext({ serviceWorkers: "block" })).newPage();
  const alert = (page: Page, text: RegExp) => page.getByRole("alert").filter({ hasText: text }).waitFor();
  const inWorker = (page: Page, code: string) => page.workers()[0]?.evaluate(code);

  test("a worker that cannot be loaded is told in one sentence", async () => {
    const page = await newPage();
    await page.route(/\/worker-[^/]*\.js$/, (route) => route.abort());
    await page.goto(explorer.served.url);
    await alert(page, /^The worker that computes has failed( \(.*\))?; reload the page to start it again$/);
    await page.close();
  });

  test("a thread of the engine that fails as it starts leaves the page usable", async () => {
    const page = await newPage();
    await page.route(/\/worker-[^/]*\.js$/, async (route) => {
      const response = await route.fetch();
      const faulty = `{
        const Whole = Blob;
        globalThis.Blob = class extends Whole {
          constructor(parts, options) { super(options?.type === "text/javascript" ? ['throw new Error("a fault");', ...parts] : parts, options); }
        };
      }`;
      await route.fulfill({ response, body: faulty + (await response.text()) });
    });
    await page.goto(explorer.served.url);
    await button(page, "Next").and(page.locator("[aria-disabled=false]")).click();
    await chips(page).nth(4).waitFor();
    expect(await page.getByRole("alert").textContent()).toBe("");
    await page.close();
  });

  test("a worker that fails in a run: the same, the text stays, and the run ends", async () => {
    const page = await explorer.opened();
    await runFor(page, 7, 8);
    const ids = await idsOf(chips(page));
    await page.getByRole("spinbutton", { name: "Max tokens" }).fill("400");
    await button(page, "Run").click();
    await inWorker(page, `void setTimeout(() => { throw new Error("a fault"); })`);
    await alert(page, /^The worker that computes has failed \(.*a fault\); reload the page to start it again$/);
    expect((await idsOf(chips(page))).slice(0, ids.length)).toEqual(ids);
    for (const name of ["Next", "Run", "Stop"]) {
      expect(await button(page, name).getAttribute("aria-disabled")).toBe("true");
    }
  });

  /** Code of the worker: an array of more than so many numbers has no memory. */
  const scarce = (most: number) => `{
    const Whole = globalThis.Float32Array;
    globalThis.giveMemory = () => { globalThis.Float32Array = Whole; };
    globalThis.Float32Array = new Proxy(Whole, {
      construct(target, args, made) {
        if (typeof args[0] === "number" && args[0] > ${most}) throw new RangeError("Array buffer allocation failed");
        return Reflect.construct(target, args, made);
      },
    });
  }`;
  const noMemory = (use: string) =>
    new RegExp(`^this browser has no [\\d.]+ MB more for ${use}; close other pages, or use a smaller model$`, "i");

  test("without memory for the residual streams, as the model loads: one sentence, and the prompt stays", async () => {
    const page = await newPage();
    await page.route(/\/worker-[^/]*\.js$/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: scarce(500_000) + (await response.text()) });
    });
    await page.goto(explorer.served.url);
    await promptBox(page).fill("The king");
    await alert(page, noMemory("the residual streams of a whole context"));
    expect(await promptBox(page).inputValue()).toBe("The king");
    for (const name of ["Next", "Run", "Back"]) {
      expect(await button(page, name).getAttribute("aria-disabled")).toBe("true");
    }
    await page.close();
  });

  test("without memory for a block: one sentence, the text stays, and goes on; with memory, the block", async () => {
    const page = await explorer.opened();
    await runFor(page, 7, 8);
    const ids = await idsOf(chips(page));
    await inWorker(page, scarce(20_000));
    const block = await openSection(page, "Block");
    await block
      .locator(".problem")
      .filter({ hasText: noMemory("[\\w.]+ of a whole context") })
      .first()
      .waitFor();
    expect(await idsOf(chips(page))).toEqual(ids);
    await button(page, "Next").click();
    expect((await chipIds(page, ids.length + 1)).slice(0, ids.length)).toEqual(ids);
    await inWorker(page, "giveMemory()");
    await button(page, "Next").click();
    await block.locator(".stages [data-hook]").first().waitFor();
    expect(await block.locator(".problem").count()).toBe(0);
  });
});
