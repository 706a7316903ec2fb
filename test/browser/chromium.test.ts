/**
 * The core packages in Chromium: the very test files that Node runs, in a worker of a cross-origin isolated page, among them the
 * kernels against the reference and the reference-logits suite; and what is different in a browser (test/browser of tensor and gpt).
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { engines } from "../../packages/gpt/test/engines.ts";
import { sample } from "../setup/sample.ts";
import { type Report, type Run, runInChromium } from "./chromium.ts";
import { executablePath, hasChromium } from "./executable.ts";

const root = join(import.meta.dirname, "../..");
const REFERENCE = "packages/gpt/test/reference.test.ts";
const NEEDS_NODE = /"node:|\/src\/(?:host\/)?node|\bprocess\.|\bsetImmediate\b|\bBuffer\b|\bvi\./;

/** The test files of the core packages that name nothing of Node, nor vitest's mocks, which are not in browser/vitest.ts. */
const all = [
  "packages/numeric/test",
  "packages/tensor/test",
  "packages/gpt/test",
  "packages/measure/test",
  "packages/sampling/test",
  "packages/analysis/test",
  "packages/train/test",
]
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`))
  .filter((file) => file.endsWith(".test.ts") && !NEEDS_NODE.test(readFileSync(join(root, file), "utf8")));
const core = [REFERENCE, ...sample(all, 6).filter((file) => file !== REFERENCE)];

const LOAD_MODEL = "packages/gpt/test/browser/load-model.ts";
const ofBrowsers = (...names: string[]) => [
  ...names.map((name) => `packages/tensor/test/browser/${name}.ts`),
  LOAD_MODEL,
];

const RUNS = {
  "a worker of an isolated page": { page: "isolated", thread: "worker", files: core },
  "a worker of an isolated page: threads": {
    page: "isolated",
    thread: "worker",
    files: ofBrowsers("isolated-worker"),
  },
  "a worker that may not start workers from a blob": {
    page: "isolated",
    thread: "strict worker",
    files: ["packages/tensor/test/browser/strict-worker.ts"],
  },
  "the main thread of an isolated page": {
    page: "isolated",
    thread: "main",
    files: ofBrowsers("one-thread", "main-thread"),
  },
  "a worker of a page that is not isolated": {
    page: "not-isolated",
    thread: "worker",
    files: ofBrowsers("one-thread", "not-isolated"),
  },
  "the main thread of a page that is not isolated": {
    page: "not-isolated",
    thread: "main",
    files: ofBrowsers("one-thread", "not-isolated"),
  },
} as const satisfies Record<string, Run>;

if (!hasChromium && process.env["TSGPT_REQUIRE_BROWSER"]) {
  throw new Error(`TSGPT_REQUIRE_BROWSER is set, but there is no Chromium at ${executablePath}`);
}
const reports = hasChromium ? await runInChromium(Object.values(RUNS)) : [];
const reportOf = (name: keyof typeof RUNS) => reports[Object.keys(RUNS).indexOf(name)] as Report;

describe.each(Object.keys(RUNS).slice(0, reports.length) as (keyof typeof RUNS)[])("%s", (name) => {
  for (const { suite, name: title, error } of reportOf(name).results) {
    test(`${suite} > ${title}`, () => {
      if (error !== undefined) throw new Error(error);
    });
  }
});

describe.skipIf(!hasChromium)("in Chromium", () => {
  test.each(engines)("the reference-logits suite ran with $engineName, over every model", ({ engineName }) => {
    const fixtures = join(root, "packages/gpt/test/fixtures");
    const models = readdirSync(fixtures).filter(
      (name) => name.startsWith("tiny-") && existsSync(join(fixtures, name, "reference.safetensors")),
    );
    const ran = reportOf("a worker of an isolated page").results.map(({ suite }) => suite);
    const expected = [...models, "the trained model"].map((name) => `${REFERENCE} > '${engineName}' > ${name}`);
    expect(ran).toEqual(expect.arrayContaining(expected));
  });

  test("every file ran", () => {
    for (const [index, { files }] of Object.values(RUNS).entries()) {
      const ran = new Set(reports[index]?.results.map(({ suite }) => suite.split(" > ")[0]));
      expect([...ran].sort()).toEqual([...files].sort());
    }
  });

  test("a disposed engine leaves no worker behind", () => {
    const { started, left } = reportOf("a worker of an isolated page: threads").workers;
    expect(started).toBeGreaterThanOrEqual(3);
    expect(left).toBe(0);
  });

  test.each([
    "the main thread of an isolated page",
    "a worker of a page that is not isolated",
    "the main thread of a page that is not isolated",
  ] as const)("%s starts no worker", (name) => {
    expect(reportOf(name).workers.started).toBe(0);
  });
});
