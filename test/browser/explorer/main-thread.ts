/**
 * What the page's main thread does, from a trace of Chromium. Times of the CPU, not of the clock: a busy machine makes
 * tasks wait, which says nothing of the page.
 */
import type { Browser, Page } from "playwright-core";

/** A task of the main thread, in milliseconds. */
export interface Task {
  readonly cpu: number;
  readonly wall: number;
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
}

const BEGIN = "explorer-begin";
const CATEGORIES = ["blink.user_timing", "disabled-by-default-devtools.timeline"];

/** The tasks while `action` goes on, the longest first. */
export async function mainThreadTasks(browser: Browser, page: Page, action: () => Promise<unknown>): Promise<Task[]> {
  await browser.startTracing(page, { categories: CATEGORIES });
  await page.evaluate(`performance.mark("${BEGIN}")`); // what comes before is the work of tracing itself
  await action();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const begin = traceEvents.find(({ name }) => name === BEGIN) as TraceEvent; // on the page's main thread
  return traceEvents
    .filter(({ name, ts, pid, tid }) => name === "RunTask" && ts > begin.ts && pid === begin.pid && tid === begin.tid)
    .map(({ dur = 0, tdur = 0 }) => ({ cpu: tdur / 1000, wall: dur / 1000 }))
    .sort((a, b) => b.cpu - a.cpu);
}
