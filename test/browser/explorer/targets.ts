/** The sizes of what can be pressed. */
import type { Page } from "playwright-core";

const SMALLEST = 24; // CSS pixels

/**
 * Targets that are too small and too close to others, of those that are shown, with their sizes.
 * @see https://www.w3.org/TR/WCAG22/#target-size-minimum
 */
export const smallTargets = (page: Page): Promise<string[]> =>
  page.evaluate(`(() => {
    const shown = [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
      .filter((element) => element.checkVisibility({ visibilityProperty: true }))
      .map((element) => ({ element, box: element.getBoundingClientRect() }));
    const isSmall = ({ box }) => box.width < ${SMALLEST} - 0.1 || box.height < ${SMALLEST} - 0.1;
    const middle = ({ box }) => [box.x + box.width / 2, box.y + box.height / 2];
    const distance = ([x, y], { left, right, top, bottom }) =>
      Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom));
    const isClose = (small, other) => {
      const [[x, y], [otherX, otherY]] = [middle(small), middle(other)];
      return isSmall(other)
        ? Math.hypot(x - otherX, y - otherY) < ${SMALLEST}
        : distance([x, y], other.box) < ${SMALLEST} / 2;
    };
    return shown
      .filter((one) => isSmall(one) && shown.some((other) => other !== one && isClose(one, other)))
      .map(({ element, box }) => element.outerHTML.slice(0, 120) + " " + box.width + " x " + box.height);
  })()`);
