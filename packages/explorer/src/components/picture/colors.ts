/** The page's colors for a canvas, which cannot read style sheets. */
import { signal } from "@preact/signals";

/** Names of the custom properties in style.css, which are registered as colors, so that their values are resolved. */
export const COLORS = ["text", "quiet", "paper", "line", "chip", "accent", "generated", "problem"] as const;
export type Colors = Readonly<Record<(typeof COLORS)[number], string>>;

/** Changes when the reader's system changes between light, dark and forced colors. */
export const scheme = signal(0);

for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) {
  matchMedia(query).addEventListener("change", () => scheme.value++);
}

export function colorsOf(element: Element): Colors {
  const style = getComputedStyle(element);
  return Object.fromEntries(COLORS.map((name) => [name, style.getPropertyValue(`--${name}`)])) as Colors;
}
