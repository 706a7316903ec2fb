/** Chromium, driven from Node: opens a page for each run, has test files run in it, and collects what came of them. */
import { type Browser, chromium, type Page, type Worker } from "playwright-core";
import { executablePath } from "./executable.ts";
import type { RunIn, Thread } from "./page.ts";
import type { TestResult } from "./run-tests.ts";
import { serveSources } from "./server.ts";

export interface Run {
  readonly page: "isolated" | "not-isolated";
  readonly thread: Thread;
  /** Test files, from the repository's root. */
  readonly files: readonly string[];
}

export interface Report {
  readonly results: readonly TestResult[];
  /** Workers of engines that were started, and those of them that were still there shortly after the last test. */
  readonly workers: { readonly started: number; readonly left: number };
}

declare const runIn: RunIn; // page.ts's

const PATIENCE = 300_000; // milliseconds from one test to the next, or from the start to the first: modules are loaded
const ENDING = 2_000; // milliseconds that a worker may take to end
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A report for each run. @throws Error if Chromium does not start, a page crashes, or a run does not end */
export async function runInChromium(runs: readonly Run[]): Promise<Report[]> {
  const { url, server } = await serveSources();
  try {
    const browser = await chromium.launch({ executablePath, args: ARGUMENTS });
    try {
      const reports: Report[] = [];
      for (const run of runs) reports.push(await runInPage(browser, url, run));
      return reports;
    } finally {
      await browser.close();
    }
  } finally {
    await server.close();
  }
}

async function runInPage(browser: Browser, url: string, { page: path, thread, files }: Run): Promise<Report> {
  const page = await browser.newPage();
  try {
    const ofEngines = watchWorkers(page);
    const failure = failureOf(page, files);
    await page.exposeFunction("tested", failure.defer);
    await page.goto(`${url}${path}`);
    const evaluated = page.evaluate(({ thread, files }) => runIn(thread, files), { thread, files });
    const results = await Promise.race([evaluated, failure.rejection]);
    return { results, workers: { started: ofEngines.length, left: await left(page, ofEngines) } };
  } finally {
    await page.close();
  }
}

/** The workers that engines start, which have no file, as they come. */
function watchWorkers(page: Page): Worker[] {
  const seen: Worker[] = [];
  page.on("worker", (worker) => {
    if (worker.url().startsWith("blob:")) seen.push(worker);
  });
  return seen;
}

async function left(page: Page, workers: readonly Worker[]): Promise<number> {
  const running = () => page.workers().filter((worker) => workers.includes(worker)).length;
  for (const end = Date.now() + ENDING; running() > 0 && Date.now() < end; ) await page.waitForTimeout(50);
  return running();
}

/** A promise that rejects when the page crashes, or `PATIENCE` after the last call of `defer`. */
function failureOf(page: Page, files: readonly string[]): { readonly rejection: Promise<never>; defer(): void } {
  let fail = (_: string) => {};
  const rejection = new Promise<never>((_, reject) => {
    fail = (problem) => reject(new Error(`${problem} while it ran ${files.join(", ")}`));
  });
  const timer = setTimeout(() => fail(`the page ended no test for ${PATIENCE} ms`), PATIENCE);
  page.on("crash", () => fail("the page crashed"));
  page.on("close", () => clearTimeout(timer));
  return { rejection, defer: () => void timer.refresh() };
}
