/** Pictures of attention weights in Chromium: each cell has the color of the weight that a pass in Node gives. */
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runWithCache } from "../../../packages/analysis/src/index.ts";
import { loadModel } from "../../../packages/gpt/src/node/index.ts";
import { createSimdEngine, type Tensor } from "../../../packages/tensor/src/index.ts";
import { FULL } from "../../setup/sample.ts";
import { hasChromium } from "../executable.ts";
import { type Explorer, openSection, promptBox, startExplorer } from "./explorer.ts";
import { colorOf, drawn, expectColors, pixelsAt } from "./pixels.ts";

const PROMPT = "Once upon a time";
const OTHER = "The old king had a daughter";
/** Of a picture in its button, in pixels. */
const INSET = 3;

describe.runIf(hasChromium && FULL)("in Chromium", () => {
  let explorer: Explorer;
  const patterns = new Map<string, Tensor[]>();
  beforeAll(async () => {
    explorer = await startExplorer();
    const engine = createSimdEngine({ threads: 1 }) as never; // its type is that of the built package there
    const model = await loadModel(new URL("../../../weights/fairytales", import.meta.url).pathname, { engine });
    for (const text of [PROMPT, OTHER]) {
      const { activations } = runWithCache(model, model.tokenizer?.encode(text) ?? []);
      const ofLayer = (_: unknown, layer: number) => activations.get(`blocks.${layer}.attn.hook_pattern`) as Tensor;
      patterns.set(text, Array.from({ length: model.config.nLayer }, ofLayer));
    }
    model.engine.dispose();
  });
  afterAll(async () => {
    await explorer?.closePages();
    await explorer?.close();
  });

  const layers = () => patterns.get(PROMPT)?.length as number;

  /** The weights of a head, [T, T]. */
  function weightsOf(text: string, layer: number, head: number): { readonly size: number; readonly weights: number[] } {
    const { shape, data } = (patterns.get(text) as Tensor[])[layer] as Tensor;
    const size = shape[1] as number;
    return { size, weights: [...data.subarray(head * size * size, (head + 1) * size * size)] };
  }

  test("a head's small picture has the weights of the head", async () => {
    const page = await explorer.opened();
    const section = await openSection(page, "Block");
    const rows = section.getByRole("grid", { name: "All heads" }).getByRole("row");
    await rows.nth(layers() - 1).waitFor();
    await drawn(page);
    for (let layer = 0; layer < layers(); layer++) await expectPictures(rows.nth(layer), layer);
  });

  async function expectPictures(row: Locator, layer: number): Promise<void> {
    const canvas = row.locator("canvas");
    const { x, y } = await boxOf(canvas);
    const buttons = await Promise.all((await row.getByRole("button").all()).map(boxOf));
    const cells = buttons.flatMap((box, head) => {
      const { size, weights } = weightsOf(PROMPT, layer, head);
      const inner = box.width - 2 * INSET;
      const at = (index: number) => Math.floor(INSET + (inner * (index + 0.5)) / size);
      return weights.map((weight, i) => {
        const point = [box.x - x + at(i % size), box.y - y + at(Math.floor(i / size))] as const;
        return { point, color: colorOf(Math.sqrt(weight)) };
      });
    });
    const found = await canvas.evaluate(
      pixelsAt,
      cells.map(({ point }) => point),
    );
    expectColors(
      found,
      cells.map(({ color }) => color),
    );
  }

  test("a map that is out of view when the text changes has the text's weights when it comes into view", async () => {
    const page = await explorer.opened({ viewport: { width: 1280, height: 360 } });
    const section = await openSection(page, "Block");
    const grid = section.getByRole("grid", { name: /^Weights of each token/ });
    const canvas = grid.locator("canvas");
    const heightOf = () => canvas.evaluate((element) => (element as unknown as { height: number }).height);
    await grid.scrollIntoViewIfNeeded();
    await drawn(page);
    const before = await heightOf();
    await page.evaluate("scrollTo(0, 0)");
    await drawn(page);
    await promptBox(page).fill(OTHER);
    const { size, weights } = weightsOf(OTHER, layers() - 1, 0); // that of a page that was just opened
    await section.locator(`[role="grid"][aria-rowcount="${size}"]`).waitFor();
    await drawn(page);
    expect(await heightOf()).toBe(before); // nothing is drawn that nobody sees
    await grid.scrollIntoViewIfNeeded();
    await expect.poll(heightOf).toBeGreaterThan(before);
    await expectMap(page, grid, { size, weights });
  });

  async function expectMap(page: Page, grid: Locator, { size, weights }: ReturnType<typeof weightsOf>): Promise<void> {
    await drawn(page);
    const canvas = grid.locator("canvas");
    const all = await boxOf(grid.locator(".heat-size"));
    const [height, width] = [all.height / (size + 1), 65];
    const shown = [...weights.keys()].filter((i) => i % size <= i / size); // others are masked
    const points = shown.map((i) => {
      const [row, column] = [Math.floor(i / size), i % size];
      return [Math.round(all.width - width * (size - column) + 4), Math.round((row + 1) * height + 4)] as const;
    });
    const most = Math.max(...weights);
    expectColors(
      await canvas.evaluate(pixelsAt, points),
      shown.map((i) => colorOf(Math.sqrt((weights[i] as number) / most))),
    );
  }

  async function boxOf(place: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
    const box = await place.boundingBox();
    if (!box) throw new Error("not visible");
    return box;
  }
});
