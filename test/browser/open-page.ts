/** Opens a page, and records what it does besides showing itself. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

/** The page, and its requests, messages, errors and dialogs. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions,
): Promise<{ page: Page; happened: string[] }> {
  const page = await (await browser.newContext(options)).newPage();
  const happened: string[] = [];
  page.on("request", (request) => happened.push(request.url()));
  page.on("console", (message) => happened.push(message.text()));
  page.on("pageerror", (error) => happened.push(String(error)));
  page.on("dialog", (dialog) => {
    happened.push(dialog.message());
    void dialog.dismiss();
  });
  await page.goto(url);
  return { page, happened };
}
