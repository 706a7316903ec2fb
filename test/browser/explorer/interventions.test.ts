/** The model changed by hand in the page: what changes is what packages/analysis gives in Node, and undo is exact. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { patchActivation, runWithCache, runWithHooks, zeroAblate } from "../../../packages/analysis/src/index.ts";
import { loadModel } from "../../../packages/gpt/src/node/index.ts";
import { candidatesOf, mostProbable } from "../../../packages/sampling/src/index.ts";
import { createSimdEngine } from "../../../packages/tensor/src/index.ts";
import { FULL } from "../../setup/sample.ts";
import { hasChromium } from "../executable.ts";
import { button, type Explorer, idsOf, openSection, startExplorer } from "./explorer.ts";

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
    const choices = page.getByRole("list", { name: "Likeliest to come next" }).getByRole("listitem");
    const shown = () => idsOf(choices);
    await openSection(page, "Interventions");
    await button(page, `Set layer ${last}, head 0 to zero`).click();
    await expect.poll(shown).toEqual(likeliest(zero));
    await button(page, `Patch before layer ${last} at position ${ids.length - 1} from text B`).click();
    await expect.poll(shown).toEqual(likeliest(zero, patch));
    const chips = page.getByRole("list", { name: "Interventions" }).getByRole("listitem");
    expect(await chips.count()).toBe(2);
    expect(await idsOf(chips.nth(1).locator(".effect"))).toEqual([...likeliest(zero), ...likeliest(zero, patch)]);
    await button(page, "Undo").first().click();
    await expect.poll(shown).toEqual(likeliest(patch));
    await button(page, "Undo").click();
    await expect.poll(shown).toEqual(likeliest());
    model.engine.dispose();
  });
});
