/**
 * `pnpm explorer-measure [ROUNDS]`: prints what the explorer must hold: size, first token, speed against the command line,
 * tasks of the main thread, Stop, a slider and a large map to paint. The times need a machine at rest.
 */
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { commandLine, refuse } from "../../bench/src/command-line.ts";
import { spawned } from "../../packages/cli/test/process.ts";
import { describeMachine, machine } from "../../packages/measure/src/node/index.ts";
import { median } from "../../packages/numeric/src/index.ts";
import { sectionNames, settled } from "../../test/browser/explorer/everything.ts";
import {
  button,
  chips,
  type Explorer,
  openSection,
  promptBox,
  setNumbers,
  startExplorer,
} from "../../test/browser/explorer/explorer.ts";
import { mainThreadTasks } from "../../test/browser/explorer/main-thread.ts";
import { site } from "../../test/browser/explorer/site.ts";
import { brotliSizeOf } from "../../test/browser/explorer/size.ts";
import { loadInPage, withLargeModel } from "./large-model.ts";

const TOKENS = 256;
const SEED = 14;
const PROMPT = "Once upon a time";
const SLIDER = "A slider's input until its result is painted, without the wait for the display's frame";
const PATIENCE = 120_000; // milliseconds
const USAGE = "usage: pnpm explorer-measure [ROUNDS]";

const { positionals } = commandLine(USAGE, () => parseArgs({ allowPositionals: true }));
const rounds = Number(positionals[0] ?? 5);
if (!Number.isInteger(rounds) || rounds < 1 || positionals.length > 1)
  refuse(`ROUNDS is a whole number from 1\n\n${USAGE}`);

const explorer = await startExplorer();
try {
  console.log(`${describeMachine(machine())}; Chromium ${explorer.browser.version()}; load ${load()} at the start.`);
  console.log(`JavaScript, CSS and WebAssembly after brotli: ${brotliSizeOf(await site())} bytes`);
  console.log(`First token after the start of loading: ${await timesOf(() => firstToken(explorer))} ms`);
  await compareSpeed(explorer);
  await measureSections(explorer);
  console.log(`Stop, until the run has ended: ${await timesOf(() => stopped(explorer))} ms`);
  console.log(`${SLIDER}, 4,096 tokens: ${await timesOf(() => sliderOfBundled(explorer))} ms`);
  console.log(`${SLIDER}, 50,257 tokens: ${await withLargeModel((folder) => sliderOfLarge(explorer, folder))} ms`);
  console.log(
    `A heat map of 512 x 512 cells, CPU of the task that draws it: ${await timesOf(() => largeMap(explorer))} ms`,
  );
  console.log(`Load ${load()} at the end.`);
} finally {
  await explorer.close();
}

function load(): string {
  return (loadavg()[0] as number).toFixed(1);
}

/** The median of the rounds, the smallest and the largest. */
async function timesOf(measure: (round: number) => Promise<number>): Promise<string> {
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) times.push(await measure(i));
  return `${median(times).toFixed(1)} (${Math.min(...times).toFixed(1)} to ${Math.max(...times).toFixed(1)})`;
}

/** Presses Next as soon as it is available, from within the page. */
async function firstToken({ browser, served }: Explorer): Promise<number> {
  const page = await (await browser.newContext()).newPage();
  await page.addInitScript(`
    let isPressed = false;
    globalThis.firstToken = new Promise((resolve) => new MutationObserver(() => {
      const next = [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Next");
      if (document.querySelector(".generated-token")) resolve(performance.now());
      else if (!isPressed && next?.getAttribute("aria-disabled") === "false") {
        isPressed = true;
        next.click();
      }
    }).observe(document, { childList: true, subtree: true, attributes: true }));`);
  await page.goto(served.url);
  const time = await page.evaluate("firstToken");
  await page.context().close();
  return time as number;
}

/** Rounds alternate, so that a slow moment of the machine affects both. */
async function compareSpeed({ opened }: Explorer): Promise<void> {
  const page = await opened();
  page.setDefaultTimeout(PATIENCE);
  const [inPage, onCommandLine]: [number[], number[]] = [[], []];
  for (let i = 0; i < rounds; i++) {
    inPage.push(await tokensPerSecond(page));
    const args = ["generate", PROMPT, "--seed", String(SEED), "--max-tokens", String(TOKENS)];
    const { stderr, stdout } = await spawned(args);
    onCommandLine.push(Number(/([\d.]+) tokens\/s/.exec(stderr + stdout)?.[1]));
  }
  const ratios = inPage.map((speed, i) => speed / (onCommandLine[i] as number));
  const list = (speeds: readonly number[]) => speeds.map((speed) => speed.toFixed(0)).join(", ");
  console.log(`Tokens/s in the page: ${list(inPage)}; by tsgpt generate: ${list(onCommandLine)}.`);
  console.log(`Ratio: ${median(ratios).toFixed(2)} (${ratios.map((ratio) => ratio.toFixed(2)).join(", ")})`);
  await page.context().close();
}

/** From the click on Run until the page says that the run has ended, by its own clock; then the text is the prompt again. */
async function tokensPerSecond(page: Page): Promise<number> {
  await setNumbers(page, SEED, TOKENS);
  await settled(page);
  const time = (await page.evaluate(`new Promise((resolve) => {
    const status = document.querySelector("[role=status]");
    const start = performance.now();
    new MutationObserver(() => status.textContent.includes("Generated ${TOKENS} tokens") && resolve(performance.now() - start))
      .observe(status, { childList: true, subtree: true, characterData: true });
    [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Run").click();
  })`)) as number;
  await page.getByRole("spinbutton", { name: "Seed" }).fill(String(SEED + 1));
  await page.getByRole("status").filter({ hasNotText: "Generated" }).waitFor();
  return TOKENS / (time / 1000);
}

async function measureSections({ opened, browser }: Explorer): Promise<void> {
  const page = await opened({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(PATIENCE);
  for (const name of [undefined, ...(await sectionNames(page))]) {
    const section = name === undefined ? undefined : await openSection(page, name);
    await settled(page);
    let speed = 0;
    const tasks = await mainThreadTasks(browser, page, async () => {
      speed = await tokensPerSecond(page);
    });
    const most = tasks.slice(0, 3).map(({ cpu }) => cpu.toFixed(1));
    console.log(
      `${name ?? "All sections closed"}: ${speed.toFixed(0)} tokens/s; longest tasks, CPU ms: ${most.join(", ")}`,
    );
    await section?.locator("summary").first().click();
  }
  await page.context().close();
}

async function stopped({ opened }: Explorer): Promise<number> {
  const page = await opened();
  await button(page, "Run").click();
  await chips(page).nth(20).waitFor();
  const time = await page.evaluate(`new Promise((resolve) => {
    const start = performance.now();
    const status = document.querySelector("[role=status]");
    new MutationObserver(() => status.textContent.includes("Stopped after") && resolve(performance.now() - start))
      .observe(status, { childList: true, subtree: true, characterData: true });
    [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Stop").click();
  })`);
  await page.context().close();
  return time as number;
}

async function sliderOfBundled({ opened }: Explorer): Promise<number> {
  const page = await opened();
  await openSection(page, "Next token");
  const time = await slider(page, "0.5");
  await page.context().close();
  return time;
}

async function sliderOfLarge({ opened }: Explorer, folder: string): Promise<string> {
  const page = await opened();
  page.setDefaultTimeout(PATIENCE);
  await loadInPage(page, folder);
  await openSection(page, "Next token");
  const time = await timesOf((round) => slider(page, (0.9 - round / 20).toFixed(2)));
  await page.context().close();
  return time;
}

/** From the input until the page has its result, and the work of the frame that shows it, but not the wait for that frame. */
async function slider(page: Page, temperature: string): Promise<number> {
  await page.getByRole("slider", { name: "Temperature" }).waitFor();
  await settled(page);
  return (await page.evaluate(`new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("the chain does not change")), 10_000);
    const range = document.querySelector("input[type=range]");
    const section = document.querySelector("[aria-label='Next token']");
    const chain = () => section.querySelector(".chain").textContent;
    const before = chain();
    const paintedAfter = (wait) => requestAnimationFrame(() => {
      const frame = performance.now();
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(wait + performance.now() - frame);
      port2.postMessage("after the frame");
    });
    requestAnimationFrame(() => {
      const start = performance.now();
      const observer = new MutationObserver(() => {
        if (chain() === before) return;
        observer.disconnect();
        paintedAfter(performance.now() - start);
      });
      observer.observe(section, { subtree: true, childList: true, characterData: true });
      range.value = "${temperature}";
      range.dispatchEvent(new Event("input", { bubbles: true }));
    });
  })`)) as number;
}

/** The larger of two: a ring drawn around the active cell, and all cells drawn again, in other colors. */
async function largeMap({ opened, browser }: Explorer): Promise<number> {
  const page = await opened({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(PATIENCE);
  const section = await openSection(page, "Block");
  await promptBox(page).fill(`the${" the".repeat(511)}`); // 512 tokens, the whole context
  await chips(page).nth(511).waitFor();
  const grid = page.getByRole("grid", { name: /^Weights of each token/ });
  await grid.focus();
  await settled(page); // the browser has scrolled there
  const longest = async (action: () => Promise<unknown>): Promise<number> => {
    const tasks = await mainThreadTasks(browser, page, async () => {
      await action();
      await settled(page);
    });
    return tasks[0]?.cpu ?? 0;
  };
  const ring = await longest(() => page.keyboard.press("ArrowRight"));
  const cells = await longest(() => section.getByRole("checkbox", { name: "Hide the first token" }).press("Space"));
  await page.context().close();
  return Math.max(ring, cells);
}
