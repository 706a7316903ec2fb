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
  readonly args?: { readonly name?: string };
}

const BEGIN = "explorer-begin";
const CATEGORIES = ["__metadata", "blink.user_timing", "disabled-by-default-devtools.timeline"];

/** The tasks while `action` goes on, the longest first. */
export async function mainThreadTasks(browser: Browser, page: Page, action: () => Promise<unknown>): Promise<Task[]> {
  await browser.startTracing(page, { categories: CATEGORIES });
  await page.evaluate(`performance.mark("${BEGIN}")`); // what comes before is the work of tracing itself
  await action();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const main = new Set(
    traceEvents.filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain").map(threadOf),
  );
  const begin = traceEvents.find(({ name }) => name === BEGIN)?.ts as number;
  return traceEvents
    .filter((event) => event.ts > begin && event.name === "RunTask" && main.has(threadOf(event)))
    .map(({ dur = 0, tdur = 0 }) => ({ cpu: tdur / 1000, wall: dur / 1000 }))
    .sort((a, b) => b.cpu - a.cpu);
}

const threadOf = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
