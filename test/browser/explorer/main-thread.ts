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
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** The tasks while `action` goes on, the longest first. */
export async function mainThreadTasks(browser: Browser, page: Page, action: () => Promise<unknown>): Promise<Task[]> {
  await browser.startTracing(page, { categories: ["__metadata", "disabled-by-default-devtools.timeline"] });
  await action();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const main = new Set(
    traceEvents.filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain").map(threadOf),
  );
  return traceEvents
    .filter((event) => event.name === "RunTask" && main.has(threadOf(event)))
    .map(({ dur = 0, tdur = 0 }) => ({ cpu: tdur / 1000, wall: dur / 1000 }))
    .sort((a, b) => b.cpu - a.cpu);
}

const threadOf = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
