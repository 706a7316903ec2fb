/** A walk through the page by the Tab key. */
import type { Page } from "playwright-core";

export interface Stop {
  readonly name: string;
  /** Whether it shows that it has the focus, and is in view. */
  readonly isSeen: boolean;
  /** The widget of several parts that it is one of: a list of tokens, a grid, a table of operands. */
  readonly widget: string | undefined;
}

const MOST_STOPS = 400;

/** Every stop of the Tab key from the start of the page to its end. */
export async function tabStops(page: Page): Promise<Stop[]> {
  await page.evaluate("scrollTo(0, 0)");
  await page.mouse.click(2, 2); // where the walk begins
  const stops: Stop[] = [];
  for (let i = 0; i < MOST_STOPS; i++) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate<Stop | null>(CURRENT);
    if (!stop) return stops;
    stops.push(stop);
  }
  throw new Error(`the Tab key is trapped: ${stops.slice(-5).map(({ name }) => name)}`);
}

const CURRENT = `(() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const { top, bottom, left, right } = element.getBoundingClientRect();
  const isInView = bottom > 0 && top < innerHeight && right > 0 && left < innerWidth;
  const at = document.elementFromPoint((Math.max(0, left) + Math.min(innerWidth, right)) / 2,
    (Math.max(0, top) + Math.min(innerHeight, bottom)) / 2);
  const isCovered = !at || !(element.contains(at) || at.contains(element) || element.closest("label")?.contains(at));
  const widget = element.closest("[role=grid], [role=menu], .tokens, .largest, .all-numbers, .operands, .top-tokens");
  const widgets = [...document.querySelectorAll("*")];
  return {
    name: element.tagName + " " + (element.getAttribute("aria-label") ?? element.textContent).slice(0, 40),
    isSeen: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && isInView && !isCovered,
    widget: widget ? widget.tagName + widgets.indexOf(widget) : undefined,
  };
})()`;
