/** A curve of losses, drawn with block characters: a column for each part of the steps, as high as its mean loss. */

const EIGHTHS = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/** The curve in `height` lines, the highest and the lowest mean beside it. Empty for fewer than two losses. */
export function lossCurve(losses: readonly number[], width: number, height: number): string {
  if (losses.length < 2) return "";
  const means = partMeans(losses, width);
  const [low, high] = [Math.min(...means), Math.max(...means)];
  const share = (mean: number) => (high === low ? 1 : (mean - low) / (high - low));
  const eighths = means.map((mean) => 1 + Math.round(share(mean) * (8 * height - 1)));
  const label = (row: number) => (row === height - 1 ? high.toFixed(2) : row === 0 ? low.toFixed(2) : "");
  const lines = Array.from({ length: height }, (_, i) => {
    const row = height - 1 - i;
    const cells = eighths.map((filled) => EIGHTHS[Math.max(0, Math.min(8, filled - 8 * row))]);
    return `${label(row).padStart(6)} ${cells.join("")}`.trimEnd();
  });
  return `${lines.join("\n")}\n`;
}

/** The means of at most `count` parts of equal length, in order; a number stands for itself if there are fewer. */
export function partMeans(values: readonly number[], count: number): number[] {
  const parts = Math.min(count, values.length);
  return Array.from({ length: parts }, (_, i) => {
    const [from, to] = [i, i + 1].map((part) => Math.floor((part * values.length) / parts)) as [number, number];
    let sum = 0;
    for (let j = from; j < to; j++) sum += values[j] as number;
    return sum / (to - from);
  });
}
