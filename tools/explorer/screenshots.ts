/**
 * `pnpm explorer-screenshots FOLDER`: pictures of the explorer for people to look at: each section, the drawer of a number and
 * each step of the tour, in light, dark and forced colors, 360 and 1280 px wide. Those of README go to docs instead, with
 * `--readme`.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { commandLine } from "../../bench/src/command-line.ts";
import { openDetails, openTour, sectionNames, settled } from "../../test/browser/explorer/everything.ts";
import { type Explorer, openSection, runFor, startExplorer } from "../../test/browser/explorer/explorer.ts";
import { LOOKS, type Look } from "../../test/browser/explorer/looks.ts";

const SEED = 7;
const TOKENS = 12;

const USAGE = "usage: pnpm explorer-screenshots [FOLDER] [--only PART-OF-A-LOOK] [--readme]";

const { values, positionals } = commandLine(USAGE, () =>
  parseArgs({
    options: { readme: { type: "boolean", default: false }, only: { type: "string", default: "" } },
    allowPositionals: true,
  }),
);
const folder = values.readme ? join(import.meta.dirname, "../../docs") : (positionals[0] ?? "screenshots");
mkdirSync(folder, { recursive: true });

const explorer = await startExplorer();
try {
  if (values.readme) await takeForReadme(explorer);
  else for (const look of LOOKS) if (look.name.includes(values.only)) await takeAll(explorer, look);
} finally {
  await explorer.close();
}

async function takeAll({ opened }: Explorer, { name, options }: Look): Promise<void> {
  const page = await opened({ ...options, reducedMotion: "reduce" });
  const take = (what: string, isWhole = false) =>
    page.screenshot({ path: join(folder, `${name} ${what}.png`.replace(/[ ,]+/g, "-")), fullPage: isWhole });
  await runFor(page, SEED, TOKENS);
  await settled(page);
  await take("first-screen");
  for (const section of await sectionNames(page)) {
    const region = await openSection(page, section);
    await settled(page);
    await region.screenshot({ path: join(folder, `${name} ${section}.png`.replace(/[ ,]+/g, "-")) });
    if (section === "Block") await takeDetails(page, take);
    await region.locator("summary").first().click();
  }
  await openTour(page);
  await takeTour(page, take);
  await page.context().close();
}

type Take = (what: string) => Promise<unknown>;

async function takeDetails(page: Page, take: Take): Promise<void> {
  await openDetails(page);
  await take("number");
  await page.keyboard.press("Escape");
  await page.getByRole("region", { name: "Opened token" }).scrollIntoViewIfNeeded();
  await take("token");
  await page.getByRole("region", { name: "Opened token" }).getByRole("button", { name: "Close" }).click();
}

async function takeTour(page: Page, take: Take): Promise<void> {
  const panel = page.getByRole("complementary", { name: "Tour" });
  for (let step = 1; await panel.isVisible(); step++) {
    await settled(page);
    await take(`tour-${String(step).padStart(2, "0")}`);
    await panel.getByRole("button", { name: /^(Continue|Draw the token|End)$/ }).click();
    await settled(page);
  }
}

/** Light, as most readers of README see it. */
async function takeForReadme({ opened }: Explorer): Promise<void> {
  const page = await opened({ viewport: { width: 1000, height: 640 }, colorScheme: "light", reducedMotion: "reduce" });
  await runFor(page, SEED, TOKENS);
  await page.mouse.move(1, 1);
  await page.screenshot({ path: join(folder, "explorer.png") });
  const block = await openSection(page, "Block");
  const grid = block.getByRole("grid", { name: /^Weights of each token/ });
  await grid.focus();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Enter");
  await page.getByRole("complementary", { name: "Number" }).locator(".operands").waitFor();
  await block.getByRole("heading", { name: /over the text$/ }).evaluate((heading) => heading.scrollIntoView());
  await settled(page);
  await page.screenshot({ path: join(folder, "explorer-number.png") });
}
