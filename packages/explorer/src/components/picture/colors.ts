/** The page's colors for a canvas, which cannot read style sheets. */
import { signal } from "@preact/signals";

/** Names of the custom properties in style.css, which are registered as colors, so that their values are resolved. */
export const COLORS = ["text", "quiet", "paper", "line", "chip", "accent", "generated", "problem"] as const;
export type Colors = Readonly<Record<(typeof COLORS)[number], string>>;

/** Changes when the reader's system changes between light, dark and forced colors, or the pixels of its screen. */
export const scheme = signal(0);

const isForced = matchMedia("(forced-colors: active)");
for (const query of [matchMedia("(prefers-color-scheme: dark)"), isForced]) {
  query.addEventListener("change", () => scheme.value++);
}

/** A query is about one ratio of pixels, so each change needs the next. */
function watchPixels(): void {
  const query = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
  const onChange = () => {
    scheme.value++;
    watchPixels();
  };
  query.addEventListener("change", onChange, { once: true });
}

watchPixels();

let read: { readonly scheme: number; readonly colors: Colors } | undefined;

/**
 * They are the document's, read once in a scheme: reading a style makes the browser compute all that have changed.
 * Forced colors are read each time, because nothing tells when the reader chooses others.
 */
export function colorsOf(element: Element): Colors {
  if (read?.scheme !== scheme.peek() || isForced.matches) {
    read = { scheme: scheme.peek(), colors: readColors(element) };
  }
  return read.colors;
}

function readColors(element: Element): Colors {
  const style = getComputedStyle(element);
  return Object.fromEntries(COLORS.map((name) => [name, style.getPropertyValue(`--${name}`)])) as Colors;
}
