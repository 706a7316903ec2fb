/** Bars of the cache, on a canvas: for each layer one of keys above one of values, both as long as the context. */
import { scaleLinear } from "d3-scale";
import { formatInteger } from "../../format.ts";
import type { CacheContents } from "../../protocol/cache.ts";
import { strings } from "../../strings.ts";
import type { Draw } from "../picture/canvas.tsx";
import type { Colors } from "../picture/colors.ts";

type Context = CanvasRenderingContext2D;

const FONT = "12px system-ui, sans-serif";
const TEXT = 18; // height of a line of text, in pixels
const MOST_ROW = 24;
const LEAST_ROW = 8;
const MOST_ROWS = 300; // pixels, unless that makes a row too low
const RIGHT = 12;

const rowHeight = (layers: number) => Math.max(LEAST_ROW, Math.min(MOST_ROW, Math.floor(MOST_ROWS / layers)));

/** In pixels. */
export const barsHeight = (layers: number): number => TEXT + rowHeight(layers) * layers + 2 * TEXT;

export function drawBars({ positions, capacity, layers }: CacheContents): Draw {
  return (context, { width }, colors) => {
    context.font = FONT;
    context.textBaseline = "middle";
    const left = Math.ceil(context.measureText(strings.cache.layer(layers.length)).width) + 8;
    const x = scaleLinear([0, capacity], [left, width - RIGHT]);
    const row = rowHeight(layers.length);
    const bar = Math.floor((row - 2) / 2);
    drawLegend(context, colors, left);
    for (let layer = 0; layer < layers.length; layer++) {
      const top = TEXT + layer * row;
      drawLabel(context, colors, layer, top + row / 2, row);
      for (const [i, color] of [colors.accent, colors.quiet].entries()) {
        context.fillStyle = colors.chip;
        context.fillRect(left, top + i * bar, x(capacity) - left, bar - 1);
        context.fillStyle = color;
        context.fillRect(left, top + i * bar, x(positions) - left, bar - 1);
      }
    }
    drawAxis(context, colors, x, TEXT + layers.length * row);
  };
}

/** Every layer has a label, or every second, third, ... where rows are low. */
function drawLabel(context: Context, colors: Colors, layer: number, y: number, row: number): void {
  if (layer % Math.ceil(14 / row) !== 0) return;
  context.fillStyle = colors.quiet;
  context.textAlign = "left";
  context.fillText(strings.cache.layer(layer), 0, y);
}

function drawLegend(context: Context, colors: Colors, left: number): void {
  const { keys, values } = strings.cache;
  let at = left;
  context.textAlign = "left";
  for (const [color, text] of [
    [colors.accent, keys],
    [colors.quiet, values],
  ] as const) {
    context.fillStyle = color;
    context.fillRect(at, TEXT / 2 - 6, 12, 8);
    context.fillStyle = colors.text;
    context.fillText(text, at + 18, TEXT / 2 - 1);
    at += 34 + context.measureText(text).width;
  }
}

function drawAxis(context: Context, colors: Colors, x: ReturnType<typeof scaleLinear<number>>, y: number): void {
  const [left = 0, right = 0] = x.range();
  context.strokeStyle = colors.line;
  context.fillStyle = colors.quiet;
  context.textAlign = "center";
  context.beginPath();
  context.moveTo(left, y + 0.5);
  context.lineTo(right, y + 0.5);
  for (const tick of x.ticks(Math.max(2, Math.floor((right - left) / 70)))) {
    context.moveTo(x(tick), y);
    context.lineTo(x(tick), y + 4);
    context.fillText(formatInteger(tick), x(tick), y + TEXT * 0.75);
  }
  context.stroke();
  context.fillText(strings.cache.axis, (left + right) / 2, y + TEXT * 1.6);
}
