/**
 * The section Model in Chromium: a folder, broken files, and a hub on this machine whose downloads are cut, resumed, hashed, kept
 * and deleted. The page is built for that hub.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { emptyFolder, fixture, tsgpt } from "../../../packages/cli/test/process.ts";
import { hostileFiles, modelWith } from "../../../packages/gpt/test/hostile-files.ts";
import { type LocalHub, startHub } from "../../../packages/hub/test/local-hub.ts";
import { FULL } from "../../setup/sample.ts";
import { hasChromium } from "../executable.ts";
import { chipIds, type Explorer, jsonOf, openSection, promptBox, runFor, startExplorer } from "./explorer.ts";
import { site } from "./site.ts";

const PROMPT = "Once upon a time";
const FOLDER = fixture("fairytales-1");
const ID = "org/tales";
const WEIGHTS = "model.safetensors";

const control = (section: Locator, name: string) => section.getByRole("button", { name, exact: true });

/** Picks a folder, as a person does, and waits for what the page makes of it. */
async function openFolder(page: Page, folder: string): Promise<Locator> {
  const section = await openSection(page, "Model");
  const chooser = page.waitForEvent("filechooser");
  await control(section, "Open a folder").click();
  await (await chooser).setFiles(folder);
  await section.getByRole("alert").or(control(section, "Load")).first().waitFor();
  return section;
}

const runsOn = (page: Page, name: string) =>
  page
    .getByRole("status")
    .filter({ hasText: `Model ${name}: simd kernels` })
    .waitFor();

/** The sentence of the page for a model's files. */
async function refusal(page: Page, folder: string): Promise<string> {
  const section = await openFolder(page, folder);
  const alert = section.getByRole("alert");
  if (!(await alert.isVisible())) await control(section, "Load").click();
  return (await alert.textContent()) as string;
}

/** The sentence of the command line. */
async function refusalOfCommand(folder: string): Promise<string> {
  const { stderr } = await tsgpt(["generate", "a", "--model", folder, "--max-tokens", "1"]);
  return /^error: (.*)$/m.exec(stderr)?.[1] as string;
}

function writeModel(files: ReadonlyMap<string, Uint8Array>): string {
  const folder = emptyFolder();
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
  return folder;
}

/** V8 says in newer versions where in a JSON the problem is, by line and column too. */
const anyVersion = (sentence: string) => sentence.replace(/ \(line \d+ column \d+\)/, "");

describe.runIf(hasChromium)("in Chromium", () => {
  let explorer: Explorer;
  beforeAll(async () => {
    explorer = await startExplorer();
  });
  afterAll(async () => {
    await explorer?.closePages();
    await explorer?.close();
  });

  test("a folder: what it needs first, then its tokens for the same prompt; a broken one changes nothing", async () => {
    const page = await explorer.opened();
    const section = await openFolder(page, FOLDER);
    const { parameters, memory } = await jsonOf("info", FOLDER);
    const offer = section.getByRole("region", { name: "fairytales-1", exact: true });
    await offer.getByText(parameters.toLocaleString("en")).waitFor();
    const row = offer.getByRole("row").filter({ hasText: /^bf16/ });
    expect(await row.textContent()).toContain((memory.bf16.total / 1e6).toFixed(1));
    await control(section, "Load").click();
    await runsOn(page, "fairytales-1");
    const { ids } = await jsonOf("tokens", PROMPT, "--model", FOLDER);
    expect(await chipIds(page, ids.length)).toEqual(ids);

    const broken = writeModel(modelWith(WEIGHTS, new Uint8Array(7)));
    expect(await refusal(page, broken)).toBe(await refusalOfCommand(broken));
    await runFor(page, 7, 3);
    expect(await chipIds(page, ids.length + 3)).toEqual(expect.arrayContaining(ids));
  });

  describe.runIf(FULL)("in the full run", () => {
    test("every broken file is refused in the words of the command line, and the text stays", async () => {
      const page = await explorer.opened();
      await promptBox(page).fill("The king and the fox");
      await runFor(page, 7, 5);
      const before = await chipIds(page, 10);
      for (const [, name, bytes] of hostileFiles) {
        const folder = writeModel(modelWith(name, bytes));
        expect(anyVersion(await refusal(page, folder))).toBe(anyVersion(await refusalOfCommand(folder)));
        expect(await chipIds(page, 10)).toEqual(before);
      }
      expect(await promptBox(page).inputValue()).toBe("The king and the fox");
      await runFor(page, 7, 6);
    });

    test("a folder without a model says what it holds", async () => {
      const page = await explorer.opened();
      const folder = emptyFolder();
      writeFileSync(join(folder, "notes.txt"), "x");
      expect(await refusal(page, folder)).toMatch(/^config\.json: is not in .*, which holds notes\.txt$/);
    });
  });
});

describe.runIf(hasChromium && FULL)("with a hub", () => {
  const files = Object.fromEntries(
    readdirSync(FOLDER)
      .filter((name) => /^(config|generation|tokenizer|model)/.test(name))
      .map((name) => [name, readFileSync(join(FOLDER, name))]),
  );
  const size = files[WEIGHTS].length;
  let hub: LocalHub;
  let explorer: Explorer;
  beforeAll(async () => {
    hub = await startHub({ [ID]: { revisions: { main: files } } });
    explorer = await startExplorer(await site(`${hub.url} ${hub.storeUrl}`));
  });
  beforeEach(() => {
    hub.asked.length = 0;
    hub.fault = () => undefined;
    hub.repos[ID] = { revisions: { main: files } };
  });
  afterAll(async () => {
    await explorer?.closePages();
    await explorer?.close();
    await hub?.close();
  });

  const stored = () => hub.asked.filter(({ kind, range }) => kind === "store" && !range?.endsWith("-7"));

  async function lookUp(page: Page, id = ID): Promise<Locator> {
    const section = await openSection(page, "Model");
    await section.getByRole("textbox", { name: "Hub id" }).fill(id);
    await control(section, "Look up").click();
    await section.getByRole("alert").or(control(section, "Load")).first().waitFor();
    return section;
  }

  async function loaded(page: Page): Promise<Locator> {
    const section = await lookUp(page);
    await control(section, "Load").click();
    await runsOn(page, ID);
    return section;
  }

  test("what it needs is said before its weights are asked for; then it is loaded and kept", async () => {
    const page = await explorer.opened();
    const section = await lookUp(page);
    const total = Object.values(files).reduce((sum, { length }) => sum + length, 0);
    await section.getByText(`${(total / 1e6).toFixed(1)} MB`, { exact: true }).waitFor();
    const before = hub.asked.filter(({ kind }) => kind === "store").map(({ range }) => range);
    expect(before.every((range) => /^bytes=\d+-\d+$/.test(range ?? ""))).toBe(true);
    expect(before.length).toBeLessThan(4);
    await control(section, "Load").click();
    await runsOn(page, ID);
    const { ids } = await jsonOf("tokens", PROMPT, "--model", FOLDER);
    expect(await chipIds(page, ids.length)).toEqual(ids);
    const kept = section.getByRole("list", { name: "Kept models" }).getByRole("listitem");
    await kept.filter({ hasText: /^org\/tales \d+\.\d MB, kept on / }).waitFor();
  });
});
