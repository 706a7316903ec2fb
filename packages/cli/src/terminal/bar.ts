/** Horizontal bars of block characters. */

/** The character of a bar: `█` for one value, `░` for a sum of many. */
export type Fill = "█" | "░";

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar of `share` (0 to 1) of `width` characters, in eighths of one; a sum's in whole ones. */
export function bar(share: number, width: number, fill: Fill = "█"): string {
  const eighths = Math.round(8 * width * share);
  return fill === "░" ? fill.repeat(Math.round(eighths / 8)) : fill.repeat(eighths >> 3) + EIGHTHS[eighths & 7];
}

/** A bar of a share from -1 to 1 beside an axis in the middle of `width` characters: negative to the left. */
export function signedBar(share: number, width: number): string {
  const half = Math.floor((width - 1) / 2);
  if (share >= 0) return `${" ".repeat(half)}│${bar(share, half)}`;
  const halves = Math.round(2 * half * -share);
  return `${((halves & 1 ? "▐" : "") + "█".repeat(halves >> 1)).padStart(half)}│`;
}
