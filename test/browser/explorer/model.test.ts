/**
 * The section Model in Chromium: a folder, broken files, and a hub on this machine whose downloads are cut, resumed, hashed, kept
 * and deleted. The page is built for that hub.
 */
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { emptyFolder, fixture, tsgpt } from "../../../packages/cli/test/process.ts";
import { strings } from "../../../packages/explorer/src/strings.ts";
import { pageMemory } from "../../../packages/explorer/src/worker/page-memory.ts";
import { hostileFiles, modelWith } from "../../../packages/gpt/test/hostile-files.ts";
import { type Asked, type LocalHub, startHub } from "../../../packages/hub/test/local-hub.ts";
import { FULL } from "../../setup/sample.ts";
import { hasChromium } from "../executable.ts";
import { chipIds, type Explorer, jsonOf, openSection, promptBox, runFor, startExplorer } from "./explorer.ts";
import { site } from "./site.ts";

const PROMPT = "Once upon a time";
const FOLDER = fixture("fairytales-1");
const ID = "org/tales";
const WEIGHTS = "model.safetensors";

const control = (section: Locator, name: string) => section.getByRole("button", { name, exact: true });

/** Picks a folder, as a person does. */
async function pickFolder(page: Page, folder: string): Promise<Locator> {
  const section = await openSection(page, "Model");
  const chooser = page.waitForEvent("filechooser");
  await control(section, "Open a folder").click();
  await (await chooser).setFiles(folder);
  return section;
}

const runsOn = (page: Page, name: string) =>
  page
    .getByRole("status")
    .filter({ hasText: `Model ${name}: simd kernels` })
    .waitFor();

/** Picks a folder, loads what is in it if it can be inspected, and expects the sentence. */
async function expectRefusal(page: Page, folder: string, sentence: string | RegExp): Promise<void> {
  const section = await pickFolder(page, folder);
  const said = async () => {
    const load = control(section, "Load");
    if (await load.isVisible()) await load.click({ timeout: 1000 }).catch(() => {}); // or it is gone
    const alert = section.getByRole("alert");
    return (await alert.isVisible()) ? await alert.textContent() : "";
  };
  const wanted = typeof sentence === "string" ? sentence : expect.stringMatching(sentence);
  await expect.poll(said, { timeout: 15_000 }).toEqual(wanted);
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
    const section = await pickFolder(page, FOLDER);
    const { parameters, config, memory } = await jsonOf("info", FOLDER);
    const offer = section.getByRole("region", { name: "fairytales-1", exact: true });
    await offer.getByText(parameters.toLocaleString("en")).waitFor();
    const rows = await offer
      .getByRole("row")
      .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent ?? "")));
    const column = rows[0]?.indexOf("bf16") ?? -1;
    const { weights, cache, arena, total } = memory.bf16;
    const own = pageMemory(config).total;
    const numbers = [total + own, weights, cache, arena, own].map((bytes) => (bytes / 1e6).toFixed(1));
    expect(
      rows
        .slice(1)
        .map((cells) => cells[column])
        .filter((cell) => /\d/.test(cell ?? "")),
    ).toEqual(numbers);
    await page.setViewportSize({ width: 360, height: 800 });
    const table = offer.getByRole("region", { name: /^Table: Memory/ });
    const [seen, whole] = await table.evaluate((one) => [one.clientWidth, one.scrollWidth]);
    expect(whole).toBe(seen);
    await control(section, "Load").click();
    await runsOn(page, "fairytales-1");
    const { ids } = await jsonOf("tokens", PROMPT, "--model", FOLDER);
    expect(await chipIds(page, ids.length)).toEqual(ids);

    const broken = writeModel(modelWith(WEIGHTS, new Uint8Array(7)));
    await expectRefusal(page, broken, await refusalOfCommand(broken));
    await runFor(page, 7, 3);
    expect((await chipIds(page, ids.length + 3)).slice(0, ids.length)).toEqual(ids);
  });

  describe.runIf(FULL)("in the full run", () => {
    test("a model that is too large in every type is not loaded, and the page says what it needs", async () => {
      const page = await explorer.opened();
      const available = 2 ** 20; // bytes
      const worker = page.workers().find((one) => one.url().startsWith("blob:"));
      await worker?.evaluate(
        (value) => Object.defineProperty(navigator, "deviceMemory", { value }),
        available / 2 ** 30,
      );
      const section = await pickFolder(page, FOLDER);
      const { memory } = await jsonOf("info", FOLDER);
      const least = Math.min(...Object.values<{ total: number }>(memory).map(({ total }) => total));
      const offer = section.getByRole("region", { name: "fairytales-1", exact: true });
      await offer.getByText(strings.model.tooLarge("fairytales-1", least, available), { exact: true }).waitFor();
      expect(await control(offer, "Load").getAttribute("aria-disabled")).toBe("true");
      await runFor(page, 7, 3);
    });

    test("every broken file is refused in the words of the command line, and the text stays", {
      timeout: 120_000,
    }, async () => {
      const page = await explorer.opened();
      await promptBox(page).fill("The king and the fox");
      await runFor(page, 7, 5);
      const before = await chipIds(page, 10);
      for (const [, name, bytes] of hostileFiles) {
        const folder = writeModel(modelWith(name, bytes));
        await expectRefusal(page, folder, await refusalOfCommand(folder));
        expect(await chipIds(page, 10)).toEqual(before);
      }
      expect(await promptBox(page).inputValue()).toBe("The king and the fox");
      await runFor(page, 7, 6);
    });

    test("a folder is kept where that is asked for, and loaded again without its folder", async () => {
      const page = await explorer.opened();
      const section = await pickFolder(page, FOLDER);
      await section.getByRole("checkbox", { name: "Keep in this browser" }).check();
      await section.getByRole("combobox").selectOption("int8");
      await control(section, "Load").click();
      await runsOn(page, "fairytales-1");
      await section
        .getByText(/^fairytales-1: \d\.\d MB of weights in int8, on simd kernels and \d threads\.$/)
        .waitFor();
      await page.reload();
      await runsOn(page, "fairytales");
      await control(await openSection(page, "Model"), "Load fairytales-1").click();
      await runsOn(page, "fairytales-1");
      const { ids } = await jsonOf("tokens", PROMPT, "--model", FOLDER);
      expect(await chipIds(page, ids.length)).toEqual(ids);
    });

    test("a folder with the name of the bundled model is none that a link could name", async () => {
      const page = await explorer.opened();
      const folder = join(emptyFolder(), "fairytales");
      cpSync(FOLDER, folder, { recursive: true });
      const section = await pickFolder(page, folder);
      await section.getByRole("combobox").selectOption("int8");
      await control(section, "Load").click();
      await section.getByText(/^fairytales: .* in int8,/).waitFor();
      await page.getByRole("button", { name: "Share", exact: true }).click();
      await page.getByText(strings.shareAndExport.noLink).waitFor();
      await expect.poll(() => new URL(page.url()).hash).toBe("");
    });

    test("a folder without a model says what it holds", async () => {
      const page = await explorer.opened();
      const folder = emptyFolder();
      writeFileSync(join(folder, "notes.txt"), "x");
      await expectRefusal(page, folder, /^config\.json: is not in .*, which holds notes\.txt$/);
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

  /** Requests for weights to the end of the file; inspecting asks for parts of it. */
  const downloads = () => hub.asked.filter(({ kind, range }) => kind === "store" && range?.endsWith("-"));
  const isDownload = ({ kind, range }: Asked) => kind === "store" && range?.endsWith("-") === true;

  async function lookUp(page: Page, id = ID): Promise<Locator> {
    const section = await openSection(page, "Model");
    await section.getByRole("textbox", { name: "Hub id" }).fill(id);
    await control(section, "Look up").click();
    return section;
  }

  async function pressLoad(page: Page): Promise<Locator> {
    const section = await lookUp(page);
    await control(section, "Load").click();
    return section;
  }

  const keptItems = (section: Locator) => section.getByRole("list", { name: "Kept models" }).getByRole("listitem");
  const said = (section: Locator, text: RegExp) => section.getByRole("alert").filter({ hasText: text }).waitFor();

  /** What the browser's storage holds of the model: files and their sizes. */
  const storedFiles = (page: Page): Promise<Record<string, number>> =>
    page.evaluate(`(async () => {
      const found = {};
      const root = await navigator.storage.getDirectory();
      const models = await root.getDirectoryHandle("models", { create: true });
      for await (const folder of models.values())
        if (folder.kind === "directory")
          for await (const file of folder.values()) found[file.name] = (await file.getFile()).size;
      return found;
    })()`);

  test("what it needs is said before its weights are asked for; then it is loaded and kept", async () => {
    const page = await explorer.opened();
    const section = await lookUp(page);
    const total = Object.values(files).reduce((sum, { length }) => sum + length, 0);
    await section.getByText(`${(total / 1e6).toFixed(1)} MB`, { exact: true }).waitFor();
    expect(downloads()).toEqual([]);
    await control(section, "Load").click();
    await runsOn(page, ID);
    const { ids } = await jsonOf("tokens", PROMPT, "--model", FOLDER);
    expect(await chipIds(page, ids.length)).toEqual(ids);
    await keptItems(section)
      .filter({ hasText: /^org\/tales \d+\.\d MB, kept on / })
      .waitFor();
    expect(await storedFiles(page)).toEqual(
      Object.fromEntries(Object.entries(files).map(([name, { length }]) => [name, length])),
    );
  });

  test("a link to a model of the hub downloads nothing by itself; once it is loaded, the whole link is opened", async () => {
    const page = await explorer.opened({ fragment: `#model=${ID}@main&prompt=The+king&seed=5&tokens=5,6c&top-k=3` });
    const sentence = `The link's model is ${ID} at revision main, which is not on this device: `;
    await page.getByRole("alert").filter({ hasText: sentence }).waitFor();
    expect(hub.asked).toEqual([]);
    const section = page.getByRole("region", { name: "Model", exact: true });
    expect(await section.getByRole("textbox", { name: "Hub id" }).inputValue()).toBe(ID);
    expect(await section.getByRole("textbox", { name: "Revision" }).inputValue()).toBe("main");
    const { ids: bundled } = await jsonOf("tokens", "The king");
    expect(await chipIds(page, bundled.length)).toEqual(bundled);
    await control(section, "Look up").click();
    await control(section, "Load").click();
    await runsOn(page, ID);
    const { ids } = await jsonOf("tokens", "The king", "--model", FOLDER);
    expect(await chipIds(page, ids.length + 2)).toEqual([...ids, 5, 6]);
    const named = `model=${ID}@${hub.commitOf(ID)}&prompt=The+king&seed=5&max-tokens=100&tokens=5,6c&open=model&dialect=lecture&top-k=3`;
    await expect.poll(() => new URL(page.url()).hash).toBe(`#v=1&${named}`);
    hub.asked.length = 0;
    await page.reload();
    await runsOn(page, ID);
    expect(await chipIds(page, ids.length + 2)).toEqual([...ids, 5, 6]);
    expect(hub.asked).toEqual([]);
  });

  test("a download that is cut halfway goes on from there, and has the hub's hash", async () => {
    const half = Math.floor(size / 2);
    hub.fault = (asked) => (isDownload(asked) && downloads().length === 1 ? { cutAfter: half } : undefined);
    const page = await explorer.opened();
    await pressLoad(page);
    await runsOn(page, ID);
    const [first, second, ...more] = downloads().map(({ range }) => Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1]));
    expect([first, more]).toEqual([0, []]);
    expect(second).toBeGreaterThan(0);
    expect(second).toBeLessThanOrEqual(half);
    expect((await storedFiles(page))[WEIGHTS]).toBe(size);
  });

  test("a wrong hash is refused, the file is deleted, and the text and its model stay", async () => {
    const wrong = Buffer.from(files[WEIGHTS]);
    wrong[size - 1] ^= 1;
    hub.fault = (asked) => (isDownload(asked) ? { body: wrong } : undefined);
    const page = await explorer.opened();
    const section = await pressLoad(page);
    await said(
      section,
      /^org\/tales: model\.safetensors: its SHA-256 is [0-9a-f]{64}, the hub says [0-9a-f]{64}; it is deleted$/,
    );
    expect(Object.keys(await storedFiles(page))).not.toContain(WEIGHTS);
    await runFor(page, 7, 3);
    await runsOn(page, "fairytales");
    hub.fault = () => undefined;
    await control(section, "Load").click();
    await runsOn(page, ID);
    expect(downloads().at(-1)?.range).toBe("bytes=0-");
  });

  test("Cancel, and a tab that is closed, keep what has come; the next load asks for the rest", async () => {
    hub.fault = (asked) => (isDownload(asked) ? { stallAfter: Math.floor(size / 3) } : undefined);
    const page = await explorer.opened();
    const section = await pressLoad(page);
    await section
      .getByText(/Downloading: 2\.\d/)
      .first()
      .waitFor();
    await control(section, "Cancel").click();
    await section.getByText("Cancelled.").waitFor();
    await keptItems(section).filter({ hasText: "; begun on " }).waitFor();
    await runFor(page, 7, 3);

    const other = await page.context().newPage();
    await page.goto("about:blank"); // as good as closed
    await other.goto(explorer.served.url);
    await runsOn(other, "fairytales");
    hub.fault = () => undefined;
    const again = await lookUp(other);
    await again.getByText("the rest is kept already").waitFor();
    await control(again, "Load").click();
    await runsOn(other, ID);
    expect(Number(/^bytes=(\d+)-$/.exec(downloads().at(-1)?.range ?? "")?.[1])).toBeGreaterThan(0);
  });

  test("a second tab is told that the first is downloading", async () => {
    hub.fault = (asked) => (isDownload(asked) ? { stallAfter: 100_000 } : undefined);
    const page = await explorer.opened();
    const section = await pressLoad(page);
    await section.getByText("Downloading: ").first().waitFor();
    const other = await page.context().newPage();
    await other.goto(explorer.served.url);
    await runsOn(other, "fairytales");
    await said(
      await pressLoad(other),
      /^org\/tales: another tab is downloading or deleting it; wait for that, or close the tab$/,
    );
    await page.goto("about:blank"); // as good as closed
    hub.fault = () => undefined;
    await control(await openSection(other, "Model"), "Load").click();
    await runsOn(other, ID);
  });

  test("a kept model is loaded without any request, and deleted", async () => {
    const page = await explorer.opened();
    await pressLoad(page);
    await runsOn(page, ID);
    await page.goto("about:blank");
    await page.goto(explorer.served.url); // without the link to the model
    await runsOn(page, "fairytales");
    hub.asked.length = 0;
    await page.context().setOffline(true);
    const requests: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    const section = await openSection(page, "Model");
    await control(section, `Load ${ID}`).click();
    await runsOn(page, ID);
    await section.getByRole("textbox", { name: "Hub id" }).fill(ID);
    await control(section, "Look up").click();
    await control(section, "Load").click();
    await runsOn(page, ID);
    expect([requests.filter((url) => !url.startsWith("blob:")), hub.asked]).toEqual([[], []]);
    await control(section, `Delete ${ID}`).click();
    await section.getByText("None. A model from the hub is kept").waitFor();
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Kept models");
    expect(await storedFiles(page)).toEqual({});
    await runFor(page, 7, 3);
  });

  test("where the storage is full it runs from memory, and the page says so", async () => {
    const page = await explorer.opened();
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Storage.overrideQuotaForOrigin", { origin: new URL(page.url()).origin, quotaSize: 1_000_000 });
    await pressLoad(page);
    await page
      .getByRole("status")
      .filter({
        hasText:
          /^Model org\/tales: .*Note: the browser's storage is full, so the model runs from memory and is not kept\./,
      })
      .waitFor();
    expect(await storedFiles(page)).toEqual({});
  });

  test("the worker cannot connect to another host", async () => {
    const page = await explorer.opened();
    const other = await startHub({ [ID]: { revisions: { main: files } } });
    const worker = page.workers().find((one) => one.url().startsWith("blob:"));
    const isReached = (url: string) =>
      worker?.evaluate(
        (address) =>
          fetch(address).then(
            () => true,
            () => false,
          ),
        url,
      );
    const urls = [hub, other].map(({ url }) => `${url}/api/models/${ID}/revision/main`);
    expect(await Promise.all(urls.map(isReached))).toEqual([true, false]);
    expect([hub.asked.length, other.asked.length]).toEqual([1, 0]);
    await other.close();
  });

  test("what the hub does not have, and an id that is none, are one sentence", async () => {
    const page = await explorer.opened();
    await said(
      await lookUp(page, "org/none"),
      /^org\/none: no such model on 127\.0\.0\.1:\d+, or it needs a token: .* \(HTTP 401\)$/,
    );
    await said(await lookUp(page, "../none"), /^"\.\.\/none" is not a model id: use org\/name, or gpt2$/);
    await runFor(page, 7, 3);
  });
});
