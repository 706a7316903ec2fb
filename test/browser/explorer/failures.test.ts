/** What the page does when the worker fails, or has no memory: one sentence, and the text stays. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FULL } from "../../setup/sample.ts";
import { hasChromium } from "../executable.ts";
import { button, chipIds, chips, type Explorer, idsOf, promptBox, runFor, startExplorer } from "./explorer.ts";

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

  test("without memory for a longer text: one sentence, the text before stays, and goes on", async () => {
    const page = await explorer.opened();
    await runFor(page, 7, 8);
    const ids = await idsOf(chips(page));
    await inWorker(
      page,
      `const { Float32Array: Whole } = globalThis;
      globalThis.Float32Array = new Proxy(Whole, {
        construct(target, args) {
          if (typeof args[0] === "number" && args[0] > 20000) throw new RangeError("Array buffer allocation failed");
          return Reflect.construct(target, args);
        },
      });`,
    );
    await promptBox(page).fill("the king ".repeat(150));
    await alert(page, /^this browser has no [\d.]+ MB more for the residual streams of the text; shorten it$/);
    expect(await chipIds(page, ids.length)).toEqual(ids);
    expect(await button(page, "Next").getAttribute("aria-disabled")).toBe("true");
    await promptBox(page).fill("Once upon a time");
    await page.getByRole("alert").filter({ hasText: /^$/ }).waitFor({ state: "attached" });
    for (let i = 0; i <= 8; i++) await button(page, "Next").click();
    expect((await chipIds(page, ids.length + 1)).slice(0, ids.length)).toEqual(ids);
  });
});
