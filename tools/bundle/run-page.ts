/** Runs a bundled application in Chromium. */
import { type Browser, chromium } from "playwright-core";
import { executablePath } from "../../test/browser/executable.ts";
import { type SiteOptions, serve } from "./server.ts";

/** What the application's worker posts (app/generation/worker.js). */
interface Generation {
  readonly ids: readonly number[];
  readonly text: string;
  /** When the first token was there, in milliseconds since 1970. */
  readonly firstToken: number;
  readonly kernelSet: string;
  readonly threads: number;
}

export interface PageResult extends Generation {
  /** Whether the page is cross-origin isolated. */
  readonly isolated: boolean;
  /** Logical processors, as the browser says. */
  readonly processors: number;
  /** Milliseconds from the navigation to the first token: the script, the model, the engine and the prompt. */
  readonly firstTokenAfter: number;
  /** Errors that the page or its workers reported, among them what a Content-Security-Policy refused. */
  readonly problems: readonly string[];
}

const PATIENCE = 60_000; // milliseconds; a run takes less than one second

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
}

/** Opens the application in a page of its own, with an empty cache, and waits until it has generated. */
export async function runPage(browser: Browser, options: SiteOptions): Promise<PageResult> {
  const site = await serve(options);
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    const problems: string[] = [];
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    page.on("pageerror", (error) => problems.push(String(error)));
    await page.goto(site.url);
    await page.waitForFunction("result");
    const generation = await page.evaluate<Generation>("result");
    const here =
      "({ isolated: crossOriginIsolated, processors: navigator.hardwareConcurrency, opened: performance.timeOrigin })";
    const { opened, ...rest } = await page.evaluate<{ isolated: boolean; processors: number; opened: number }>(here);
    return { ...generation, ...rest, firstTokenAfter: generation.firstToken - opened, problems };
  } finally {
    await context.close();
    await site.close();
  }
}
