/**
 * `pnpm explorer-memory`: opens a random model of GPT-2's size in the explorer, fills its context, opens every section and
 * a number, and prints what memory the page states and how much its process has grown over the bundled model's page.
 * Fails if that is more.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Locator, Page } from "playwright-core";
import { commandLine } from "../../bench/src/command-line.ts";
import { sectionNames, settled } from "../../test/browser/explorer/everything.ts";
import { button, type Explorer, openSection, promptBox, startExplorer } from "../../test/browser/explorer/explorer.ts";
import { loadInPage, withLargeModel } from "./large-model.ts";

const PROMPT_CHARACTERS = 3200; // about 950 tokens of the bundled tokenizer; a run fills the context
const PATIENCE = 600_000; // milliseconds
commandLine("usage: pnpm explorer-memory", () => parseArgs({}));
const text = readFileSync(join(import.meta.dirname, "../../bench/texts/tales.txt"), "utf8");

const explorer = await startExplorer();
try {
  await withLargeModel((folder) => measure(explorer, folder));
} finally {
  await explorer.close();
}

async function measure({ opened, browser }: Explorer, folder: string): Promise<void> {
  const page = await opened({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(PATIENCE);
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  const renderers = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
  const id = renderers.reduce((a, b) => (megabytes(a, "VmRSS") > megabytes(b, "VmRSS") ? a : b)); // the page's
  const before = megabytes(id, "VmRSS");
  const grown = (name: string) => Math.round(megabytes(id, name) - before);
  let most = 0; // the browser may set VmHWM back
  const print = (what: string) => {
    most = Math.max(most, grown("VmHWM"));
    console.log(`${what}: ${grown("VmRSS")} MB more, at most ${most} so far`);
  };
  console.log(`With the bundled model: ${Math.round(before)} MB`);
  const stated = (await loadInPage(page, folder))["Total"]?.["f32"];
  if (stated === undefined) throw new Error("the page's table has no total of f32");
  console.log(`Stated in total: ${stated} MB`);
  print("Loaded");
  await promptBox(page).fill(text.slice(0, PROMPT_CHARACTERS));
  await page.getByRole("spinbutton", { name: "Max tokens" }).fill("1000");
  await button(page, "Run").click();
  await page.getByRole("status").filter({ hasText: "context is full" }).waitFor();
  print("Context filled");
  for (const name of await sectionNames(page)) {
    await answered(page, await openSection(page, name));
    print(`${name} opened`);
  }
  const isWithin = most <= stated;
  console.log(`Stated ${stated} MB, grown by at most ${most} MB: ${isWithin ? "within" : "exceeded"}`);
  if (!isWithin) process.exitCode = 1;
}

/** Waits until a section shows all of its answer: the map grows column by column. */
async function answered(page: Page, section: Locator): Promise<void> {
  const grid = section.getByRole("grid").last();
  for (let known = "", now = "0"; now !== known; ) {
    known = now;
    await page.waitForTimeout(2000);
    await settled(page);
    now = (await grid.isVisible()) ? ((await grid.getAttribute("aria-colcount")) ?? "") : "";
  }
}

/** A line of a process's status, in MB. */
function megabytes(id: number, name: string): number {
  const status = readFileSync(`/proc/${id}/status`, "utf8");
  return Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1.024e-3;
}
