/** The cumulative probabilities as one bar: a part for each token, and the random number that falls into one. */
import { format } from "d3-format";
import { scaleLinear } from "d3-scale";
import type { Draw, Interval } from "../../protocol/next-token.ts";
import { strings } from "../../strings.ts";
import { markedText } from "../map/marked-text.ts";
import type { Draw as Paint } from "../picture/canvas.tsx";
import type { Colors } from "../picture/colors.ts";

export const BAR_HEIGHT = 132; // of the whole picture, in CSS pixels

const [TOP, BOTTOM] = [44, 92]; // of the bar
const FONT = "12px system-ui, sans-serif";
const MARGIN = 8;
const tick = format(".1f");

type Context = CanvasRenderingContext2D;
type Place = (share: number) => number;

export function drawBar({ uniform, token, intervals }: Draw): Paint {
  return (context, { width }, colors) => {
    context.font = FONT;
    context.textBaseline = "middle";
    const at = scaleLinear([0, 1], [MARGIN, width - MARGIN]);
    context.fillStyle = colors.chip;
    context.fillRect(at(0), TOP, at(1) - at(0), BOTTOM - TOP);
    for (const interval of intervals) if (interval.id !== token.id) drawPart(context, interval, at, colors);
    drawChosen(context, token, at, colors);
    drawAxis(context, at, colors);
    if (uniform !== undefined) drawNumber(context, uniform, at, colors);
  };
}

function drawPart(context: Context, { from, to, text }: Interval, at: Place, colors: Colors): void {
  const [left, right] = [at(from), at(to)];
  if (right - left < 1.5) return; // its edges would be a gray area
  context.strokeStyle = colors.line;
  context.lineWidth = 1;
  context.strokeRect(left, TOP, right - left, BOTTOM - TOP);
  label(context, text, left, right, colors.text);
}

function drawChosen(context: Context, { from, to, text }: Interval, at: Place, colors: Colors): void {
  const [left, right] = [at(from), Math.max(at(to), at(from) + 2)];
  context.fillStyle = colors.accent;
  context.fillRect(left, TOP, right - left, BOTTOM - TOP);
  label(context, text, left, right, colors.paper);
}

/** The text, if there is room for it. */
function label(context: Context, text: string, left: number, right: number, color: string): void {
  const shown = markedText(text);
  if (context.measureText(shown).width > right - left - 4) return;
  context.fillStyle = color;
  context.textAlign = "center";
  context.fillText(shown, (left + right) / 2, (TOP + BOTTOM) / 2);
}

function drawAxis(context: Context, at: Place, colors: Colors): void {
  context.strokeStyle = colors.line;
  context.fillStyle = colors.quiet;
  context.textAlign = "center";
  for (const share of [0, 0.2, 0.4, 0.6, 0.8, 1]) {
    line(context, at(share), BOTTOM, BOTTOM + 4);
    context.fillText(tick(share), Math.min(at(1) - 2, Math.max(at(0) + 2, at(share))), BOTTOM + 14);
  }
  context.fillText(strings.nextToken.draw.cumulative, (at(0) + at(1)) / 2, BOTTOM + 32);
}

function drawNumber(context: Context, uniform: number, at: Place, colors: Colors): void {
  const place = at(uniform);
  for (const [color, width] of [
    [colors.paper, 6], // so that it shows on any part
    [colors.text, 2],
  ] as const) {
    context.strokeStyle = color;
    context.lineWidth = width;
    line(context, place, TOP, BOTTOM);
  }
  line(context, place, TOP - 14, TOP);
  context.fillStyle = colors.text;
  context.beginPath();
  context.moveTo(place - 5, TOP - 14);
  context.lineTo(place + 5, TOP - 14);
  context.lineTo(place, TOP - 4);
  context.fill();
  const text = strings.nextToken.draw.number(uniform);
  const half = context.measureText(text).width / 2;
  context.textAlign = "center";
  context.fillText(text, Math.min(at(1) - half, Math.max(at(0) + half, place)), TOP - 26);
}

function line(context: Context, x: number, from: number, to: number): void {
  context.beginPath();
  context.moveTo(x, from);
  context.lineTo(x, to);
  context.stroke();
}
