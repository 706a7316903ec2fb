/**
 * The core packages in applications, as four bundlers make them without configuration: what they weigh, and that they
 * generate in a worker, isolated with threads and not isolated, under a strict Content-Security-Policy.
 */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BUNDLERS, type BundlerName, bundle, createProject } from "../../tools/bundle/bundlers.ts";
import { launch, runPage } from "../../tools/bundle/run-page.ts";
import { gzipBytes, LARGEST_BUNDLE } from "../../tools/bundle/sizes.ts";
import { FULL } from "../setup/sample.ts";
import { hasChromium } from "./executable.ts";

const MODEL = join(import.meta.dirname, "../../packages/gpt/test/fixtures/fairytales-1");
const { greedy } = JSON.parse(readFileSync(join(MODEL, "reference.json"), "utf8"));
const [{ ids: EXPECTED }] = greedy; // PyTorch's; Node's engines give the same (packages/gpt/test/reference.test.ts)

const PATIENCE = 120_000; // milliseconds; webpack takes seconds
const names: readonly BundlerName[] = FULL ? (Object.keys(BUNDLERS) as BundlerName[]) : ["esbuild", "vite"];

const generation = createProject("generation");
const everything = createProject("everything");
let browser: Browser | undefined;

beforeAll(async () => {
  if (hasChromium) browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  for (const project of [generation, everything]) rmSync(project, { recursive: true });
});

describe.each(names)("bundled by %s", (name) => {
  let folder: string;
  beforeAll(async () => {
    folder = await bundle(name, generation);
  }, PATIENCE);

  test("an application that generates is at most 80 kB after gzip", () => {
    expect(gzipBytes(folder)).toBeLessThanOrEqual(LARGEST_BUNDLE);
  });

  test.runIf(FULL || name === "esbuild")(
    "all that the core exports is at most 80 kB after gzip",
    async () => {
      expect(gzipBytes(await bundle(name, everything))).toBeLessThanOrEqual(LARGEST_BUNDLE);
    },
    PATIENCE,
  );

  test.skipIf(!hasChromium)("a page in Chromium generates what Node does, isolated with threads", async () => {
    const site = { folder, model: MODEL, isolated: true };
    const { ids, isolated, kernelSet, problems, processors, threads } = await runPage(browser as Browser, site);
    expect({ ids, problems }).toEqual({ ids: EXPECTED, problems: [] });
    expect([isolated, kernelSet, threads]).toEqual([true, "simd", Math.min(4, processors)]);
  });

  test.skipIf(!hasChromium)("a page in Chromium generates what Node does, not isolated with one thread", async () => {
    const site = { folder, model: MODEL, isolated: false };
    const { ids, isolated, kernelSet, problems, threads } = await runPage(browser as Browser, site);
    expect({ ids, problems }).toEqual({ ids: EXPECTED, problems: [] });
    expect([isolated, kernelSet, threads]).toEqual([false, "simd", 1]);
  });
});
