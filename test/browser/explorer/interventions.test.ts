/** The model changed by hand in the page: what changes is what packages/analysis gives in Node, and undo is exact. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { patchActivation, runWithCache, runWithHooks, zeroAblate } from "../../../packages/analysis/src/index.ts";
import { loadModel } from "../../../packages/gpt/src/node/index.ts";
import { candidatesOf, mostProbable } from "../../../packages/sampling/src/index.ts";
import { createSimdEngine } from "../../../packages/tensor/src/index.ts";
import { FULL } from "../../setup/sample.ts";
import { hasChromium } from "../executable.ts";
import { button, type Explorer, exported, idsOf, openSection, startExplorer, status } from "./explorer.ts";

const PROMPT = "Once upon a time";
const OTHER = "The zebra's stripes were black and green.";

describe.runIf(hasChromium && FULL)("in Chromium", () => {
  let explorer: Explorer;
  beforeAll(async () => {
    explorer = await startExplorer();
  });
  afterAll(async () => {
    await explorer?.closePages();
    await explorer?.close();
  });

  test("a head set to zero, an activation patched, and both undone", async () => {
    const engine = createSimdEngine({ threads: 1 }) as never; // its type is that of the built package there
    const model = await loadModel(new URL("../../../weights/fairytales", import.meta.url).pathname, { engine });
    const ids = model.tokenizer?.encode(PROMPT) ?? [];
    const last = model.config.nLayer - 1;
    const { activations } = runWithCache(model, model.tokenizer?.encode(OTHER) ?? []);
    const zero = zeroAblate(`blocks.${last}.attn.hook_z`, { head: 0 });
    const patch = patchActivation(`blocks.${last}.hook_resid_pre`, activations, { position: ids.length - 1 });
    const likeliest = (...hooks: (typeof zero)[]) =>
      mostProbable(candidatesOf(runWithHooks(model, ids, hooks).row(ids.length - 1).data), 5).map(({ id }) => id);

    const page = await explorer.opened();
    const before = await exported(page, "Distribution (JSON)");
    const choices = page.getByRole("list", { name: "Likeliest to come next" }).getByRole("listitem");
    const shown = () => idsOf(choices);
    const section = await openSection(page, "Interventions");
    await button(page, `Set layer ${last}, head 0 to zero`).click();
    await expect.poll(shown).toEqual(likeliest(zero));
    await button(page, `Patch before layer ${last} at position ${ids.length - 1} from text B`).click();
    await expect.poll(shown).toEqual(likeliest(zero, patch));
    expect(await status(page)).toContain("The model is changed by hand: 2 interventions in force");
    const chips = page.getByRole("list", { name: "Interventions" }).getByRole("listitem");
    await expect.poll(() => chips.locator(".effects").count()).toBe(2);
    const rows = chips.nth(1).locator(".effects [data-id]");
    expect(new Set(await idsOf(rows))).toEqual(new Set([...likeliest(zero), ...likeliest(zero, patch)]));
    const [top] = await idsOf(rows);
    expect(top).toBe(likeliest(zero, patch)[0]);
    const values = await rows
      .first()
      .locator("data")
      .evaluateAll((cells) => cells.map((cell) => Number((cell as HTMLDataElement).value)));
    const probability = (...hooks: (typeof zero)[]) => {
      const row = Array.from(runWithHooks(model, ids, hooks).row(ids.length - 1).data);
      return Math.exp(row[top as number] as number) / row.reduce((sum, logit) => sum + Math.exp(logit), 0);
    };
    expect(values[0]).toBeCloseTo(probability(zero), 6);
    expect(values[1]).toBeCloseTo(probability(zero, patch), 6);
    await button(page, "Undo").first().click();
    await expect.poll(shown).toEqual(likeliest(patch));
    await button(page, "Undo").click();
    await expect.poll(shown).toEqual(likeliest());
    expect((await exported(page, "Distribution (JSON)")).bytes.equals(before.bytes)).toBe(true);

    await section.getByRole("combobox", { name: "Activation" }).selectOption("mlpPost");
    await section.getByRole("combobox", { name: "Layer" }).selectOption("2");
    await section.getByRole("button", { name: "Set to zero" }).click();
    await expect.poll(shown).toEqual(likeliest(zeroAblate("blocks.2.mlp.hook_post")));
    await button(page, "Next").click();
    await button(page, "Back").click();
    await button(page, "Undo").click();
    await expect.poll(shown).toEqual(likeliest());
    expect((await exported(page, "Distribution (JSON)")).bytes.equals(before.bytes)).toBe(true);
    model.engine.dispose();
  });

  test("a patch from the page's own text changes nothing; one beyond text B is explained", async () => {
    const page = await explorer.opened();
    const before = await exported(page, "Distribution (JSON)");
    const texts = await openSection(page, "Texts");
    const section = await openSection(page, "Interventions");
    await texts.getByRole("textbox", { name: "Text B" }).fill(PROMPT);
    await section.getByRole("button", { name: /^Patch before layer/ }).click();
    await section.getByRole("listitem").waitFor();
    expect((await exported(page, "Distribution (JSON)")).bytes.equals(before.bytes)).toBe(true);
    await texts.getByRole("textbox", { name: "Text B" }).fill("a king");
    await section.getByRole("button", { name: /^Patch before layer/ }).click();
    await section.getByText(/position 3 must be in both texts/).waitFor();
    expect(await section.getByRole("listitem").count()).toBe(1);
  });
});
