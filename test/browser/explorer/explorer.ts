/**
 * The explorer in Chromium, for the tests of its sections: the page as it is published, its controls by their roles and names,
 * and what the command line prints for the same text.
 */
import { readFileSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from "playwright-core";
import { expect } from "vitest";
import { tsgpt } from "../../../packages/cli/test/process.ts";
import { type Served, serve } from "../../../packages/explorer/server/serve.ts";
import { executablePath } from "../executable.ts";
import { site } from "./site.ts";

export interface Opening extends BrowserContextOptions {
  /** False: without the headers of isolation. */
  readonly isIsolated?: boolean;
  /** False: as in a browser without relaxed SIMD. Chromium has no switch for it. */
  readonly hasRelaxedSimd?: boolean;
  /** Of the URL, with its #. */
  readonly fragment?: string;
  /** Of another server than `served`. */
  readonly url?: string;
}

/** A browser, and the page served on this machine. */
export interface Explorer {
  readonly browser: Browser;
  readonly served: Served;
  /** A page that has loaded the model. */
  opened(opening?: Opening): Promise<Page>;
  /** Closes the pages that were opened since the last call. @throws if one of them broke its policy */
  closePages(): Promise<void>;
  close(): Promise<void>;
}

export async function startExplorer(folder?: string): Promise<Explorer> {
  const [browser, served] = await Promise.all([
    chromium.launch({ executablePath, args: ["--no-sandbox"] }),
    serve(folder ?? (await site()), 0),
  ]);
  const pages: Page[] = [];
  return {
    browser,
    served,
    opened: async (opening = {}) => {
      const page = await openedPage(browser, served.url, opening);
      pages.push(page);
      return page;
    },
    closePages: async () => {
      for (const page of pages.splice(0)) {
        await expectNoViolations(page);
        await page.context().close();
      }
    },
    close: async () => void (await Promise.all([browser.close(), served.close()])),
  };
}

export async function expectNoViolations(page: Page): Promise<void> {
  expect(await page.evaluate("violations")).toEqual([]);
}

async function openedPage(
  browser: Browser,
  served: string,
  { isIsolated = true, hasRelaxedSimd = true, fragment = "", url = served, ...options }: Opening,
): Promise<Page> {
  // with a service worker, requests would pass by the page's routes
  const page = await (await browser.newContext({ serviceWorkers: "block", ...options })).newPage();
  await page.addInitScript(`
    globalThis.violations = [];
    document.addEventListener("securitypolicyviolation", ({ violatedDirective }) => violations.push(violatedDirective));`);
  if (!isIsolated) await withoutIsolation(page);
  if (!hasRelaxedSimd) await withoutRelaxedSimd(page);
  await page.goto(url + fragment);
  await page.getByRole("status").filter({ hasText: "kernels" }).waitFor();
  return page;
}

const withoutIsolation = (page: Page) =>
  page.route("**/*", async (route) => {
    const response = await route.fetch();
    const { "cross-origin-opener-policy": _, "cross-origin-embedder-policy": __, ...headers } = response.headers();
    await route.fulfill({ response, headers });
  });

/** The worker's kernels with relaxed SIMD are refused: the bytes 253, 133, 2 are its multiply-add. */
const withoutRelaxedSimd = (page: Page) =>
  page.route("**/worker-*.js", async (route) => {
    const response = await route.fetch();
    const refusal = `{ const { validate } = WebAssembly;
      WebAssembly.validate = (bytes) => !String(bytes).includes("253,133,2,") && validate(bytes); }`;
    await route.fulfill({ response, body: `${refusal}\n${await response.text()}` });
  });

export const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
export const promptBox = (page: Page) => page.getByRole("textbox", { name: "Prompt" });
export const chips = (page: Page) => page.getByRole("list", { name: "Tokens" }).getByRole("listitem");
export const status = (page: Page) => page.getByRole("status").textContent();

/** A section of the page, opened. */
export async function openSection(page: Page, name: string): Promise<Locator> {
  const region = page.getByRole("region", { name, exact: true });
  if ((await region.locator("details").getAttribute("open")) === null) await region.locator("summary").first().click();
  return region;
}

/** The chips' ids, once there are as many as expected. */
export async function chipIds(page: Page, count: number): Promise<number[]> {
  if (count > 0)
    await chips(page)
      .nth(count - 1)
      .waitFor();
  await chips(page).nth(count).waitFor({ state: "detached" });
  return idsOf(chips(page));
}

export const idsOf = (items: Locator) =>
  items.evaluateAll((elements) => elements.map((element) => Number(element.getAttribute("data-id"))));

export async function setNumbers(page: Page, seed: number, maxTokens: number): Promise<void> {
  await page.getByRole("spinbutton", { name: "Seed" }).fill(String(seed));
  await page.getByRole("spinbutton", { name: "Max tokens" }).fill(String(maxTokens));
}

export async function runFor(page: Page, seed: number, tokens: number): Promise<void> {
  await setNumbers(page, seed, tokens);
  await button(page, "Run").click();
  await page
    .getByRole("status")
    .filter({ hasText: `Generated ${tokens} tokens` })
    .waitFor();
}

/** From within the page: by the time that a click from here arrives, a run may have ended. */
export const pressTwoFramesApart = (page: Page, ...names: string[]) =>
  page.evaluate(`(async () => {
    for (const name of ${JSON.stringify(names)}) {
      [...document.querySelectorAll("button")].find(({ textContent }) => textContent === name).click();
      for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
    }
  })()`);

/** What a command prints with --json. */
export const jsonOf = async (...args: string[]) => JSON.parse((await tsgpt([...args, "--json"])).stdout);

/** The file of a press of a button or menu item. */
export async function downloaded(page: Page, press: () => Promise<void>): Promise<{ name: string; bytes: Buffer }> {
  const download = page.waitForEvent("download");
  await press();
  const file = await download;
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

/** The file of an item of the menu "Export". */
export async function exported(page: Page, item: string): Promise<{ name: string; bytes: Buffer }> {
  await button(page, "Export").click();
  return downloaded(page, () => page.getByRole("menuitem", { name: item, exact: true }).click());
}

export const jsonFile = async (page: Page, item: string) => JSON.parse((await exported(page, item)).bytes.toString());

/** The fragment that Share copies. */
export async function shared(page: Page): Promise<string> {
  await page.evaluate(
    "navigator.clipboard.writeText = (text) => { globalThis.copied = text; return Promise.resolve(); }",
  );
  await button(page, "Share").click();
  await page.getByText("Copied a link to what this page shows.").waitFor();
  return new URL(String(await page.evaluate("copied"))).hash;
}
