/** The explorer with everything open, for the checks of the whole page and for its pictures. */
import type { Page } from "playwright-core";
import { openSection } from "./explorer.ts";

/** The names of the sections that can be closed. */
export const sectionNames = (page: Page): Promise<string[]> =>
  page
    .locator("main > section:has(> details)")
    .evaluateAll((sections) => sections.map((section) => section.getAttribute("aria-label") as string));

/** Opens every section. */
export async function openSections(page: Page): Promise<void> {
  for (const name of await sectionNames(page)) await openSection(page, name);
  await settled(page);
}

/** Opens what can be opened in the open sections. */
export async function openInside(page: Page): Promise<void> {
  const inner = page.locator("details details:not(.stages li:nth-child(n + 3) *)"); // the stages are all alike
  await inner.evaluateAll((all) => {
    for (const one of all) one.setAttribute("open", "");
  });
  await settled(page);
}

/** Opens a token and a number. */
export async function openDetails(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Position 1", exact: true }).click();
  await page.getByRole("region", { name: "Opened token" }).waitFor();
  await page.locator('.stages [data-hook$="hook_resid_post"]').first().click();
  await page.getByRole("complementary", { name: "Number" }).locator(".operands").waitFor();
  await settled(page);
}

/** Begins the tour. */
export async function openTour(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Follow one token/ }).click();
  await page.getByRole("complementary", { name: "Tour" }).waitFor();
  await settled(page);
}

/** Waits until the page has not changed for ten frames. */
export const settled = (page: Page): Promise<unknown> =>
  page.evaluate(`new Promise((resolve) => {
    let frames = 0;
    const observer = new MutationObserver(() => { frames = 0; });
    observer.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
    const wait = () => {
      if (frames++ < 10) return requestAnimationFrame(wait);
      observer.disconnect();
      resolve();
    };
    wait();
  })`);
