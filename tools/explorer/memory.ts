/**
 * `pnpm explorer-memory`: opens a random model of GPT-2's size in the explorer, fills its context, opens Block and Map,
 * and prints what memory the page stated and what its process has.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { settled } from "../../test/browser/explorer/everything.ts";
import { button, type Explorer, openSection, promptBox, startExplorer } from "../../test/browser/explorer/explorer.ts";
import { loadInPage, withLargeModel } from "./large-model.ts";

const PROMPT_CHARACTERS = 3500; // about 1,000 tokens of the bundled tokenizer
const PATIENCE = 300_000; // milliseconds
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
  const ids = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
  const print = (what: string) => console.log(`${what}: ${ids.map((id) => `${resident(id)} MB`).join(", ")}`);
  print("Renderers with the bundled model");
  console.log("Stated:", (await loadInPage(page, folder)).join("; "));
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

/** The resident memory of a process, now and at most so far, in MB. */
function resident(id: number): string {
  const status = readFileSync(`/proc/${id}/status`, "utf8");
  const of = (name: string) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1e3);
  return `${of("VmRSS")} (at most ${of("VmHWM")})`;
}
