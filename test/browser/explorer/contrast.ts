/** The page's colors, as a canvas draws with them, and how they stand out from each other. */
import type { Page } from "playwright-core";

/** The relative luminance of the page's named colors. @see https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
const luminances = (page: Page, names: readonly string[]): Promise<number[]> =>
  page.evaluate(`(() => {
    const context = document.createElement("canvas").getContext("2d");
    const style = getComputedStyle(document.querySelector("canvas") ?? document.body);
    return ${JSON.stringify(names)}.map((name) => {
      context.fillStyle = style.getPropertyValue("--" + name);
      context.fillRect(0, 0, 1, 1);
      const [r, g, b] = [...context.getImageData(0, 0, 1, 1).data].map((value) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    });
  })()`);

/** From 1 to 21. */
export async function contrast(page: Page, color: string, background: string): Promise<number> {
  const [a, b] = (await luminances(page, [color, background])) as [number, number];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}
