/**
 * `pnpm explorer-memory FOLDER`: opens a model of GPT-2's size in the explorer, fills its
 * context, opens Block and Map, and prints what memory the page stated and what its process has.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { settled } from "../../test/browser/explorer/everything.ts";
import { button, type Explorer, openSection, promptBox, startExplorer } from "../../test/browser/explorer/explorer.ts";

const PROMPT_CHARACTERS = 3500; // about 1,000 tokens of the bundled tokenizer
const PATIENCE = 300_000; // milliseconds
const text = readFileSync(join(import.meta.dirname, "../../bench/texts/tales.txt"), "utf8");

const explorer = await startExplorer();
try {
  await measure(explorer, process.argv[2] as string);
} finally {
  await explorer.close();
}

async function measure({ opened, browser }: Explorer, folder: string): Promise<void> {
  const page = await opened({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(PATIENCE);
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  const ids = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
  const print = (what: string) => console.log(`${what}: ${ids.map((id) => `${resident(id)} MB`).join(", ")}`);
  print("Renderers with the bundled model");
  await load(page, folder);
  print("After loading");
  await promptBox(page).fill(text.slice(0, PROMPT_CHARACTERS));
  await page.getByRole("spinbutton", { name: "Max tokens" }).fill("1000");
  await button(page, "Run").click();
  await page.getByRole("status").filter({ hasText: "context is full" }).waitFor();
  print("Context filled");
  for (const name of ["Block", "Map"]) {
    const section = await openSection(page, name);
    await section.getByRole("grid").first().waitFor();
    await settled(page);
    const columns = await section.getByRole("grid").last().getAttribute("aria-colcount");
    print(`${name} opened, ${columns} columns`);
  }
}

async function load(page: Page, folder: string): Promise<void> {
  const section = await openSection(page, "Model");
  const chooser = page.waitForEvent("filechooser");
  await section.getByRole("button", { name: "Open a folder" }).click();
  await (await chooser).setFiles(folder);
  await section.getByRole("button", { name: "Load", exact: true }).waitFor();
  console.log("Stated, MB:", await section.getByRole("row").allTextContents());
  await section.getByRole("button", { name: "Load", exact: true }).click();
  await page
    .getByRole("status")
    .filter({ hasText: `Model ${folder.split("/").at(-1)}` })
    .waitFor();
  await section.locator("summary").first().click();
}

/** The resident memory of a process, now and at most so far, in MB. */
function resident(id: number): string {
  const status = readFileSync(`/proc/${id}/status`, "utf8");
  const of = (name: string) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1e3);
  return `${of("VmRSS")} (at most ${of("VmHWM")})`;
}
