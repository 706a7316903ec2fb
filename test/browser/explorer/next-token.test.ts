/** The next token in Chromium: the curve, the chain and the draw are those of the command line, with every kind of option. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tsgpt } from "../../../packages/cli/test/process.ts";
import { strings } from "../../../packages/explorer/src/strings.ts";
import { createSampler, dialects } from "../../../packages/sampling/src/index.ts";
import { validateChain } from "../../../packages/sampling/src/spec.ts";
import { FULL, sample } from "../../setup/sample.ts";
import { hasChromium } from "../executable.ts";
import {
  button,
  chipIds,
  type Explorer,
  idsOf,
  jsonOf,
  openSection,
  promptBox,
  runFor,
  setNumbers,
  startExplorer,
} from "./explorer.ts";

const PROMPT = "Once upon a time";
const SEED = 7;
const MOST_CUT = 300; // tokens of a step that are compared with the sampler's
const LISTED = 10; // tokens of each step that --trace-sampling names

type Role = "spinbutton" | "slider" | "textbox" | "combobox" | "checkbox";
type Field = readonly [role: Role, name: string, value: string];

/** Options on the page, and the same on the command line. */
interface Case {
  readonly dialect: string;
  readonly fields: readonly Field[];
  readonly args: readonly string[];
}

const CASES: readonly Case[] = [
  {
    dialect: "lecture", // the lecture's complete algorithm
    fields: [
      ["slider", "Top-p", "0.85"],
      ["spinbutton", "Temperature", "1.1"],
      ["spinbutton", "Frequency penalty", "1.1"],
      ["slider", "Presence penalty", "1.2"],
    ],
    args: ["--top-p", "0.85", "--temperature", "1.1", "--frequency-penalty", "1.1", "--presence-penalty", "1.2"],
  },
  {
    dialect: "hf",
    fields: [
      ["textbox", "Banned", "princess\n12"],
      ["spinbutton", "Repetition penalty", "1.2"],
      ["spinbutton", "Watermark key", "42"],
      ["combobox", "Watermark hash", "self"],
      ["spinbutton", "No-repeat n-gram", "3"],
    ],
    args: "--banned princess --banned 12 --repetition-penalty 1.2 --watermark-key 42 --watermark-hash self --no-repeat-ngram 3".split(
      " ",
    ),
  },
  {
    dialect: "llama.cpp",
    fields: [
      ["spinbutton", "XTC probability", "0.5"],
      ["spinbutton", "XTC threshold", "0.05"],
      ["textbox", "Logit bias", "12:-5, 445:1.5"],
      ["spinbutton", "DRY multiplier", "0.8"],
      ["textbox", "DRY breakers", '.\n"\\n"'],
    ],
    args: ["--xtc-probability", "0.5", "--xtc-threshold", "0.05", "--logit-bias", "12:-5,445:1.5"].concat([
      "--dry-multiplier",
      "0.8",
      "--dry-breaker",
      ".",
      "--dry-breaker",
      '"\\n"',
    ]),
  },
  {
    dialect: "openai",
    fields: [
      ["spinbutton", "Mirostat tau", "3"],
      ["textbox", "Penalty scope", ""],
      ["spinbutton", "Presence penalty", "0.4"],
      ["textbox", "Penalty scope", "20"],
    ],
    args: "--mirostat-tau 3 --presence-penalty 0.4 --penalty-scope 20".split(" "),
  },
  { dialect: "openai", fields: [["checkbox", "Greedy", "on"]], args: ["--greedy"] },
];

const REPEATED = "a man and a man and a man and a man and a";

/** Every option, on a text that repeats: some cannot be used beside others, and mirostat beside no truncation. */
const SETS: readonly (readonly Field[])[] = [
  [
    ["spinbutton", "Top-k", "300"],
    ["spinbutton", "Top-p", "0.97"],
    ["spinbutton", "Min-p", "0.0005"],
    ["spinbutton", "Typical", "0.99"],
    ["spinbutton", "Epsilon", "0.0001"],
    ["spinbutton", "Eta", "0.0002"],
    ["spinbutton", "Top-n-sigma", "4"],
    ["spinbutton", "Temperature", "1.3"],
    ["spinbutton", "XTC probability", "1"],
    ["spinbutton", "XTC threshold", "0.1"],
  ],
  [
    ["spinbutton", "Frequency penalty", "1.2"],
    ["spinbutton", "Presence penalty", "1.3"],
    ["textbox", "Penalty scope", "8"],
    ["spinbutton", "Repetition penalty", "1.4"],
    ["spinbutton", "DRY multiplier", "0.9"],
    ["spinbutton", "DRY base", "1.5"],
    ["spinbutton", "DRY allowed length", "3"],
    ["textbox", "DRY breakers", "."],
    ["spinbutton", "No-repeat n-gram", "3"],
    ["textbox", "Banned", "princess\n12"],
    ["textbox", "Logit bias", "12:-5,445:1.5"],
    ["spinbutton", "Watermark key", "42"],
    ["spinbutton", "Watermark gamma", "0.4"],
    ["spinbutton", "Watermark delta", "1.5"],
    ["combobox", "Watermark hash", "self"],
    ["spinbutton", "Watermark width", "3"],
  ],
  [
    ["spinbutton", "Mirostat tau", "3"],
    ["spinbutton", "Mirostat eta", "0.2"],
    ["textbox", "Allowed tokens", "12, 13, 445, 500, 600, 700, 800"],
  ],
  [["spinbutton", "Forced first token", "12"]],
];

describe.runIf(hasChromium)("in Chromium", () => {
  let explorer: Explorer;
  let page: Page;
  let region: Locator;
  beforeAll(async () => {
    explorer = await startExplorer();
    page = await explorer.opened();
    region = await openSection(page, "Next token");
    await setNumbers(page, SEED, 64);
  });
  afterAll(async () => {
    await explorer?.closePages();
    await explorer?.close();
  });

  test("the top 20 are the softmax of logits --last, in order; the tail is 1 minus the top 40", async () => {
    const logits = await lastLogits(PROMPT);
    const sum = logits.reduce((all, logit) => all + Math.exp(logit), 0);
    const sorted = [...logits.keys()].sort((a, b) => logits[b] - logits[a]);
    const shares = sorted.map((id) => Math.exp(logits[id]) / sum);
    const items = region.getByRole("list", { name: "Top 20" }).getByRole("listitem");
    await items.nth(19).waitFor();
    expect(await idsOf(items)).toEqual(sorted.slice(0, 20));
    const [probabilities, shown] = split(await values(items.locator("data")));
    expectNear(probabilities, shares.slice(0, 20));
    expectNear(
      shown,
      sorted.slice(0, 20).map((id) => logits[id]),
    );
    const [, tail] = await values(region.getByRole("region", { name: "Before sampling" }).locator("data"));
    expectNear([tail], [1 - shares.slice(0, 40).reduce((all, share) => all + share, 0)]);
  });

  const label = ({ dialect, args }: Case) => [`--dialect ${dialect} ${args.join(" ")}`] as const;

  test.each(sample(CASES, 2).map((one) => [...label(one), one] as const))(
    "%s: each step is that of --trace-sampling, and the draw its token",
    async (_, one) => {
      await choose(page, region, one);
      const { tokens } = await generated(one, 1, "--trace-sampling");
      const { id, steps } = tokens[0];
      await expect.poll(() => stepsOf(region)).toEqual(steps.map(brief));
      await expect.poll(() => drawnId(region)).toBe(id);
      for (const [i, step] of steps.entries()) {
        if (step.before > step.kept) await expectCut(region, i, step.removed);
      }
    },
  );

  describe.runIf(FULL)("in the full run", () => {
    test.each(dialects)(
      "%s: every option that it has, with all that each step cuts",
      async (dialect) => {
        const logits = await lastLogits(REPEATED);
        const { ids } = await jsonOf("tokens", REPEATED);
        await promptBox(page).fill(REPEATED);
        await chipIds(page, ids.length);
        for (const fields of SETS) {
          await choose(page, region, { dialect, fields, args: [] });
          const args = ["--dialect", dialect, "--max-tokens", "1", "--quiet", "--seed", String(SEED)];
          const { tokens } = await jsonOf(
            "generate",
            REPEATED,
            ...args,
            ...fields.flatMap(flagsOf),
            "--trace-sampling",
          );
          const steps: TracedStep[] = tokens[0].steps;
          await expect.poll(() => stepsOf(region)).toEqual(steps.map(brief));
          const sampler = createSampler(validateChain(steps.map(({ step }) => step)), { seed: SEED });
          const whole = sampler.explain(logits, { history: ids, promptLength: ids.length }, logits.length);
          for (const [i, { removed }] of whole.steps.entries()) {
            if (removed.length > 0)
              expect(await wholeCut(region, i)).toEqual(removed.slice(0, MOST_CUT).map(({ id }) => id));
          }
        }
        await promptBox(page).fill(PROMPT);
      },
      120_000,
    );

    test.each(CASES.map((one) => [...label(one), one] as const))(
      "%s: 64 tokens are those of generate, 64 times Back is the prompt, and then they come again",
      async (_, one) => {
        await choose(page, region, one);
        await runFor(page, SEED, 64);
        const { promptTokens, tokens } = await generated(one, 64);
        const expected = [...promptTokens, ...tokens.map(({ id }: { id: number }) => id)];
        expect(await chipIds(page, expected.length)).toEqual(expected);
        await goBack(page, 64);
        expect(await chipIds(page, promptTokens.length)).toEqual(promptTokens);
        await button(page, "Run").click();
        expect(await chipIds(page, expected.length)).toEqual(expected);
        await goBack(page, 64);
      },
    );

    test("a wrong value is explained by its field and not taken; the right one after it is", async () => {
      await choose(page, region, { dialect: "lecture", fields: [], args: [] });
      const topP = region.getByRole("spinbutton", { name: "Top-p" });
      await topP.fill("2");
      await region.getByText("Top-p must be above 0 and at most 1 (1 is off), got 2").waitFor();
      expect(await topP.getAttribute("aria-invalid")).toBe("true");
      expect(await typesOf(region)).toEqual(["top-p"]);
      await topP.fill("1");
      await expect.poll(() => typesOf(region)).toEqual([]);
      expect(await topP.getAttribute("aria-invalid")).toBe("false");
      await region.getByRole("textbox", { name: "Allowed tokens" }).fill("1, x");
      await region.getByText("Enter token ids separated by commas, such as 1, 2, 3").waitFor();
      await region.getByRole("spinbutton", { name: "DRY base" }).fill("2");
      await region.getByText("DRY base does nothing without DRY multiplier; give that too").waitFor();
      await topP.fill("");
      await expect.poll(() => typesOf(region)).toEqual(["top-p"]);
      const opened = await region.locator("details.option-group[open]").count();
      await region.getByRole("button", { name: "Reset options" }).click();
      await expect.poll(() => region.locator(".problem:not(:empty)").count()).toBe(0);
      expect(await region.locator("details.option-group[open]").count()).toBe(opened);
      expect(opened).toBe(3);
    });

    /** Each with a value that is refused, and why. */
    const REFUSED = [
      ["spinbutton", "Top-p", "7", "Top-p must be above 0 and at most 1 (1 is off), got 7"],
      ["textbox", "Allowed tokens", "1,x", "Enter token ids separated by commas, such as 1, 2, 3"],
      ["spinbutton", "Watermark key", "-1", /Watermark key must be/],
    ] as const;

    test("what was refused goes when a link, or the browser's Back, sets the options", async () => {
      const fields = REFUSED.map(([role, name]) => region.getByRole(role, { name, exact: true }));
      const link = "#open=next-token&top-p=0.5&allowed=1,2&watermark-key=3";
      const contents = () => Promise.all(fields.map((field) => field.inputValue()));
      const refuse = async () => {
        for (const [role, name, value, why] of REFUSED) {
          await region.getByRole(role, { name, exact: true }).fill(value);
          await region.getByText(why).waitFor();
        }
      };
      await choose(page, region, { dialect: "lecture", fields: [], args: [] });
      await openGroups(region);
      await refuse();
      await page.evaluate(`location.hash = "${link}"`);
      await expect.poll(contents).toEqual(["0.5", "1, 2", "3"]);
      await expect.poll(() => region.locator(".problem").count()).toBe(0);
      await refuse();
      await page.evaluate(`location.hash = "${link}&seed=8"`); // the same values
      await expect.poll(contents).toEqual(["0.5", "1, 2", "3"]);
      await refuse();
      await page.evaluate("history.back()");
      await expect.poll(contents).toEqual(["0.5", "1, 2", "3"]);
      await expect.poll(() => region.locator(".problem").count()).toBe(0);
    });

    test("a text that is refused says why, also while the one before it waits for the engine", async () => {
      await choose(page, region, { dialect: "lecture", fields: [], args: [] });
      await openGroups(region);
      const allowed = region.getByRole("textbox", { name: "Allowed tokens" });
      const why = region.getByText("Enter token ids separated by commas, such as 1, 2, 3");
      await allowed.evaluate((element) => {
        const box = element as unknown as { value: string; dispatchEvent(event: Event): void };
        for (const text of ["1,2", "1,2,"]) {
          box.value = text;
          box.dispatchEvent(new Event("input", { bubbles: true }));
        }
      });
      await why.waitFor();
      await expect.poll(() => typesOf(region)).toContain("allowed-tokens"); // the engine has answered
      expect(await why.isVisible()).toBe(true);
      expect(await allowed.inputValue()).toBe("1,2,");
      expect(await allowed.getAttribute("aria-invalid")).toBe("true");
    });

    test("a choice that is refused is undone, and its field says why", async () => {
      await choose(page, region, { dialect: "hf", fields: [["spinbutton", "Temperature", "1.1"]], args: [] });
      await expect.poll(() => typesOf(region)).toContain("temperature");
      const greedy = region.getByRole("checkbox", { name: "Greedy" });
      const clicked = await greedy.evaluate((element) => {
        const box = element as unknown as { click(): void; checked: boolean };
        box.click();
        return box.checked;
      });
      expect(clicked).toBe(true); // at once
      await region.getByText(/greedy takes the most probable token whatever temperature does/i).waitFor();
      expect(await greedy.isChecked()).toBe(false);
      const slider = region.getByRole("slider", { name: "Eta", exact: true });
      const shown = await slider.inputValue();
      await region.getByRole("spinbutton", { name: "Eta", exact: true }).fill("2");
      await region.getByText(/Eta must be/).waitFor();
      expect(await slider.inputValue()).toBe(shown);
    });

    test("fields that are not set show the dialect's defaults", async () => {
      await choose(page, region, { dialect: "llama.cpp", fields: [], args: [] });
      const shown = (name: string) => region.getByRole("spinbutton", { name }).inputValue();
      await expect.poll(async () => [await shown("Top-k"), await shown("Temperature")]).toEqual(["40", "0.8"]);
      await choose(page, region, { dialect: "lecture", fields: [], args: [] });
      await expect.poll(async () => [await shown("Top-k"), await shown("Top-p")]).toEqual(["0", "0.8"]); // the model's own
    });

    test("other sampling in the middle of a text leaves the text", async () => {
      await promptBox(page).fill(PROMPT);
      await choose(page, region, { dialect: "lecture", fields: [], args: [] });
      await runFor(page, SEED, 8);
      const before = await idsOf(page.getByRole("list", { name: "Tokens" }).getByRole("listitem"));
      await choose(page, region, { dialect: "hf", fields: [], args: [] });
      await expect.poll(() => typesOf(region)).toEqual(["top-k", "top-p"]);
      expect(await chipIds(page, before.length)).toEqual(before);
      await promptBox(page).fill(PROMPT);
    });

    test("by keyboard: one tab stop for the top 20, and the arrows move in it; Enter appends", async () => {
      await promptBox(page).fill("The king");
      const { ids } = await jsonOf("tokens", "The king");
      await chipIds(page, ids.length);
      const items = region.getByRole("list", { name: "Top 20" }).getByRole("listitem");
      await region.getByRole("radio", { name: "Linear" }).focus();
      expect(await items.locator("button[tabindex='0']").count()).toBe(1);
      await items.first().getByRole("button").first().focus();
      for (const key of ["End", "ArrowRight", "Home", "ArrowDown"]) await page.keyboard.press(key);
      const second = (await idsOf(items))[1];
      expect(await page.evaluate("document.activeElement.dataset.index")).toBe(`${ids.length - 1},${second}`);
      for (const key of ["ArrowLeft", "ArrowDown"]) await page.keyboard.press(key);
      const third = (await idsOf(items))[2];
      await page.keyboard.press("Enter");
      expect((await chipIds(page, ids.length + 1)).at(-1)).toBe(third);
      await promptBox(page).fill(PROMPT);
    });

    test("at 360 px nothing is cut off, with every group of options open", async () => {
      await page.setViewportSize({ width: 360, height: 800 });
      await openGroups(region);
      await expect.poll(() => page.evaluate("document.documentElement.scrollWidth")).toBe(360); // once it is laid out
    });
  });
});

interface TracedStep {
  readonly step: { readonly type: string };
  readonly before: number;
  readonly kept: number;
  readonly massRemoved: number;
  readonly entropyBits: number;
  readonly removed: readonly { readonly id: number }[];
}

const DIGITS = 6; // after the point, of masses and entropies

const brief = ({ step, kept, massRemoved, entropyBits }: TracedStep) => ({
  type: step.type,
  kept,
  mass: (1 - massRemoved).toFixed(DIGITS),
  entropy: entropyBits.toFixed(DIGITS),
});

const stepItems = (region: Locator) => region.getByRole("list", { name: "Sampling chain" }).locator(":scope > li");

const typesOf = (region: Locator) =>
  stepItems(region).evaluateAll((items) => items.map((item) => item.getAttribute("data-type")));

async function stepsOf(region: Locator) {
  const types = await typesOf(region);
  const numbers = await values(stepItems(region).locator("dl data"));
  return types.map((type, i) => {
    const [kept, , mass = Number.NaN, entropy = Number.NaN] = numbers.slice(4 * i, 4 * i + 4);
    return { type, kept, mass: mass.toFixed(DIGITS), entropy: entropy.toFixed(DIGITS) };
  });
}

async function expectCut(region: Locator, index: number, removed: TracedStep["removed"]): Promise<void> {
  const item = stepItems(region).nth(index);
  await item.locator("summary").click();
  const ids = async () => (await idsOf(item.locator("li"))).slice(0, LISTED);
  await expect.poll(ids).toEqual(removed.map(({ id }) => id));
  await item.locator("summary").click();
}

/** A field's option for the command line. */
function flagsOf([, label, value]: Field): string[] {
  const name = Object.entries(strings.nextToken.options).find(([, [each]]) => each === label)?.[0] as string;
  const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return value.split("\n").flatMap((each) => [flag, each.replaceAll(", ", ",")]);
}

/** The ids of the tokens that a step cut, up to MOST_CUT, asked for a part at a time. */
async function wholeCut(region: Locator, index: number): Promise<number[]> {
  const details = stepItems(region).nth(index).locator("details");
  await details.locator("summary").click();
  await details.locator("li").first().waitFor();
  await details.evaluate(`(async (details) => {
    const count = () => details.querySelectorAll("li").length;
    for (let more; count() < ${MOST_CUT} && (more = details.querySelector("button")); ) {
      const before = count();
      more.click();
      while (count() === before) await new Promise(requestAnimationFrame);
    }
  })(document.querySelectorAll(".chain > li")[${index}].querySelector("details"))`);
  const ids = await idsOf(details.locator("li"));
  await details.locator("summary").click();
  return ids;
}

const drawnId = async (region: Locator) => Number(await region.locator(".drawn").getAttribute("data-id"));

const values = (elements: Locator) =>
  elements.evaluateAll((all) => all.map((element) => Number((element as unknown as { value: string }).value)));

const split = (pairs: readonly number[]) => [0, 1].map((of) => pairs.filter((_, i) => i % 2 === of));

function expectNear(got: readonly number[], expected: readonly number[]): void {
  expect(got).toHaveLength(expected.length);
  for (const [i, value] of got.entries()) expect(Math.abs(value - expected[i])).toBeLessThan(1e-6);
}

async function openGroups(region: Locator): Promise<void> {
  for (const group of await region.locator("details.option-group:not([open]) > summary").all()) await group.click();
}

/** Resets the options and sets those of a case. */
async function choose(page: Page, region: Locator, { dialect, fields }: Case): Promise<void> {
  await setNumbers(page, SEED, 64);
  await region.getByRole("button", { name: "Reset options" }).click();
  const dialects = region.getByRole("combobox", { name: "Dialect" });
  await dialects.selectOption(dialect);
  await expect.poll(() => dialects.inputValue()).toBe(dialect);
  for (const group of await region.locator("details.option-group").all()) {
    if (!(await group.evaluate((details) => details.hasAttribute("open")))) await group.locator("summary").click();
  }
  for (const [role, name, value] of fields) {
    const field = region.getByRole(role, { name, exact: true });
    if (role === "combobox") await field.selectOption(value);
    else if (role === "checkbox") await field.check();
    else await field.fill(value);
  }
}

/** Presses Back from within the page, which is faster. */
const goBack = (page: Page, times: number) =>
  button(page, "Back").evaluate((back, count) => {
    for (let i = 0; i < count; i++) (back as unknown as { click(): void }).click();
  }, times);

const generated = ({ dialect, args }: Case, maxTokens: number, ...more: readonly string[]) => {
  const seed = args.includes("--greedy") ? [] : ["--seed", String(SEED)]; // which greedy refuses
  return jsonOf(
    ...["generate", PROMPT, "--dialect", dialect, "--max-tokens", String(maxTokens), "--quiet"],
    ...seed,
    ...args,
    ...more,
  );
};

/** What tsgpt logits --last writes. */
async function lastLogits(prompt: string): Promise<Float32Array> {
  const folder = mkdtempSync(join(tmpdir(), "logits-"));
  try {
    const file = join(folder, "logits.safetensors");
    await tsgpt(["logits", "--prompt", prompt, "--last", "--output", file]);
    const bytes = readFileSync(file);
    const start = 8 + Number(bytes.readBigUInt64LE(0));
    const { logits } = JSON.parse(bytes.toString("utf8", 8, start));
    const [from, to] = logits.data_offsets;
    return new Float32Array(new Uint8Array(bytes.subarray(start + from, start + to)).buffer);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
