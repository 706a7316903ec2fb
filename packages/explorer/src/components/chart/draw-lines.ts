/** Lines in a coordinate system, on a canvas. They differ in color and in dashes, so that they do without colors. */
import { line } from "d3-shape";
import type { Draw } from "../picture/canvas.tsx";
import type { Colors } from "../picture/colors.ts";
import { type Axis, type Scale, scaleOf } from "./scales.ts";

export interface Series {
  readonly name: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

/** A vertical line with a text; the area under the first line after it may be filled. */
interface Mark {
  readonly x: number;
  readonly text: string;
  readonly isFilledAfter?: boolean;
}

export interface Lines {
  readonly series: readonly Series[];
  readonly x: Axis;
  readonly y: Axis;
  readonly marks?: readonly Mark[];
}

/** Where the lines are, in CSS pixels. */
interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

type Context = CanvasRenderingContext2D;

/** What is drawn with. */
interface Plot {
  readonly context: Context;
  readonly colors: Colors;
  readonly frame: Frame;
  readonly x: Scale;
  readonly y: Scale;
}

const FONT = "12px system-ui, sans-serif";
const ROW = 18; // of text, in pixels
const LOOKS = [
  { color: "accent", dashes: [] },
  { color: "text", dashes: [6, 4] },
  { color: "problem", dashes: [2, 3] },
  { color: "quiet", dashes: [10, 3, 2, 3] },
] as const satisfies readonly { color: keyof Colors; dashes: readonly number[] }[];

export function drawLines({ series, x, y, marks = [] }: Lines): Draw {
  return (context, { width, height }, colors) => {
    context.font = FONT;
    const top = ROW * (series.length > 1 ? 2 : 1) + 4;
    const yOf = (bottom: number) => scaleOf(y, valuesOf(series, "y"), bottom, top);
    const bottom = height - 2 * ROW - 4;
    const labels = yOf(bottom).ticks.map((tick) => context.measureText(y.format(tick)).width);
    const frame = { left: Math.ceil(Math.max(0, ...labels)) + 8, right: width - 12, top, bottom };
    const plot = {
      context,
      colors,
      frame,
      x: scaleOf(x, valuesOf(series, "x"), frame.left, frame.right),
      y: yOf(bottom),
    };
    for (const mark of marks) if (mark.isFilledAfter) fill(plot, series[0], mark.x);
    drawAxes(plot, x, y);
    for (const [i, one] of series.entries()) drawLine(plot, one, i);
    for (const [i, mark] of marks.entries()) drawMark(plot, mark, i);
    if (series.length > 1) drawLegend(plot, series);
  };
}

function* valuesOf(series: readonly Series[], axis: "x" | "y"): Generator<number> {
  for (const one of series) for (let i = 0; i < one[axis].length; i++) yield one[axis][i] as number;
}

function drawAxes({ context, colors, frame, x, y }: Plot, xAxis: Axis, yAxis: Axis): void {
  const { left, right, top, bottom } = frame;
  context.fillStyle = colors.quiet;
  context.strokeStyle = colors.line;
  context.lineWidth = 1;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const tick of y.ticks) {
    stroke(context, left - 4, y.at(tick), left, y.at(tick));
    context.fillText(yAxis.format(tick), left - 6, y.at(tick));
  }
  context.textAlign = "center";
  let free = Number.NEGATIVE_INFINITY; // of labels, to the right of this
  for (const tick of x.ticks) {
    const text = xAxis.format(tick);
    const half = context.measureText(text).width / 2;
    const at = Math.min(x.at(tick), right + 10 - half);
    stroke(context, x.at(tick), bottom, x.at(tick), bottom + 4);
    if (at - half < free) continue;
    context.fillText(text, at, bottom + ROW * 0.75);
    free = at + half + 8;
  }
  stroke(context, left, top, left, bottom);
  stroke(context, left, bottom, right, bottom);
  context.fillText(xAxis.title, (left + right) / 2, bottom + ROW * 1.75);
  context.textAlign = "left";
  context.fillText(yAxis.title, 0, ROW / 2);
}

function stroke(context: Context, fromX: number, fromY: number, toX: number, toY: number): void {
  context.beginPath();
  context.moveTo(fromX, fromY);
  context.lineTo(toX, toY);
  context.stroke();
}

function drawLine({ context, colors, x, y }: Plot, { x: xs, y: ys }: Series, index: number): void {
  const { color, dashes } = lookOf(index);
  const path = line<number>()
    .defined((i) => Number.isFinite(ys[i]))
    .x((i) => x.at(xs[i] as number))
    .y((i) => y.at(ys[i] as number))
    .context(context);
  context.beginPath();
  path(Array.from({ length: xs.length }, (_, i) => i));
  context.strokeStyle = colors[color];
  context.setLineDash([...dashes]);
  context.lineWidth = 2;
  context.stroke();
  context.setLineDash([]);
}

function lookOf(index: number) {
  return LOOKS[index % LOOKS.length] as (typeof LOOKS)[number];
}

function fill({ context, colors, frame, x, y }: Plot, series: Series | undefined, from: number): void {
  if (!series) return;
  context.beginPath();
  context.moveTo(x.at(from), frame.bottom);
  for (let i = 0; i < series.x.length; i++) {
    if ((series.x[i] as number) >= from) context.lineTo(x.at(series.x[i] as number), y.at(series.y[i] as number));
  }
  context.lineTo(frame.right, frame.bottom);
  context.fillStyle = colors.generated;
  context.fill();
}

/** Texts of several marks are in rows of their own. */
function drawMark({ context, colors, frame, x }: Plot, { x: at, text }: Mark, index: number): void {
  const { left, right, top, bottom } = frame;
  const place = x.at(at);
  context.strokeStyle = colors.text;
  context.lineWidth = 1;
  context.setLineDash([4, 3]);
  stroke(context, place, top, place, bottom);
  context.setLineDash([]);
  const width = context.measureText(text).width;
  const start = place + 6 + width <= right ? place + 6 : Math.max(left + 4, place - 6 - width);
  context.textAlign = "left";
  context.fillStyle = colors.text;
  context.fillText(text, start, top + ROW * (index + 0.5));
}

function drawLegend({ context, colors, frame }: Plot, series: readonly Series[]): void {
  let at = frame.left;
  context.textAlign = "left";
  for (const [i, { name }] of series.entries()) {
    const { color, dashes } = lookOf(i);
    context.strokeStyle = colors[color];
    context.lineWidth = 2;
    context.setLineDash([...dashes]);
    stroke(context, at, ROW * 1.5, at + 24, ROW * 1.5);
    context.setLineDash([]);
    context.fillStyle = colors.text;
    context.fillText(name, at + 30, ROW * 1.5);
    at += 46 + context.measureText(name).width;
  }
}
