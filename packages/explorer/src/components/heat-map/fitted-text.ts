/** Texts cut to a width, with an ellipsis. */

/** What was measured last, by font and width: scrolling draws the same texts again and again. */
const known = new Map<string, string>();
const MOST_KNOWN = 10_000;

/** Cuts texts in the context's current font, which is read once: reading it is slower than looking up a text. */
export function fitterOf(context: CanvasRenderingContext2D): (text: string, width: number) => string {
  const { font } = context;
  return (text, width) => {
    const key = `${font}|${width}|${text}`;
    let fitted = known.get(key);
    if (fitted === undefined) {
      if (known.size >= MOST_KNOWN) known.clear();
      fitted = cut(text, (part) => context.measureText(part).width <= width);
      known.set(key, fitted);
    }
    return fitted;
  };
}

/** The text, or as many of its first characters as fit with an ellipsis. */
export function cut(text: string, fits: (part: string) => boolean): string {
  if (fits(text)) return text;
  const characters = Array.from(text);
  let [low, high] = [0, characters.length - 1]; // the first `low` fit
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(`${characters.slice(0, middle).join("")}…`)) low = middle;
    else high = middle - 1;
  }
  return `${characters.slice(0, low).join("")}…`;
}
