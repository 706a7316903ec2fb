/** A random model of GPT-2's size with the bundled tokenizer, in a folder, and how to load it in the explorer. */
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { spawned } from "../../packages/cli/test/process.ts";
import { openSection } from "../../test/browser/explorer/explorer.ts";

const TOKENIZER = join(import.meta.dirname, "../../weights/fairytales/tokenizer.json");
const NAME = "gpt2-random";

/** What `use` gives; the folder, 498 MB, is deleted afterwards. */
export async function withLargeModel<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const parent = await mkdtemp(join(tmpdir(), "explorer-"));
  try {
    const folder = join(parent, NAME);
    const { code, stderr } = await spawned(["random", "--preset", "gpt2", "--output", folder]);
    if (code !== 0) throw new Error(stderr);
    await copyFile(TOKENIZER, join(folder, "tokenizer.json"));
    return await use(folder);
  } finally {
    await rm(parent, { recursive: true });
  }
}

/** Loads the folder's model in the page; results in what the page states of its memory, in MB by row and dtype. */
export async function loadInPage(page: Page, folder: string): Promise<Stated> {
  const section = await openSection(page, "Model");
  const chooser = page.waitForEvent("filechooser");
  await section.getByRole("button", { name: "Open a folder" }).click();
  await (await chooser).setFiles(folder);
  const load = section.getByRole("button", { name: "Load", exact: true });
  await load.waitFor();
  const [columns = [], ...rows] = await cells(section.getByRole("row"));
  await load.click();
  await page
    .getByRole("status")
    .filter({ hasText: `Model ${NAME}` })
    .waitFor();
  await section.locator("summary").first().click();
  return Object.fromEntries(rows.map(([name, ...row]) => [name, named(columns.slice(1), row)]));
}

/** For each row of the table, its numbers by the names of their columns. */
export type Stated = Readonly<Record<string, Readonly<Record<string, number>>>>;

const cells = (rows: Locator): Promise<string[][]> =>
  rows.evaluateAll((all) => all.map(({ children }) => [...children].map(({ textContent }) => textContent ?? "")));

function named(columns: readonly string[], row: readonly string[]): Record<string, number> {
  const numbers = columns.map((column, i) => [column, Number(row[i]?.replaceAll(",", ""))] as const);
  return Object.fromEntries(numbers.filter(([, number]) => !Number.isNaN(number)));
}
