/** Pictures as standalone SVG, by Observable Plot, on white so that they can be read on a light page and a dark one. */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

export const BLUE = "#1b6ca8";
export const RED = "#c8452d";
export const GREEN = "#2f7d4f";
export const VIOLET = "#7a4aa0";
export const GRAY = "#777777";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const line = (points: readonly Point[], stroke: string, strokeWidth = 1.8): Plot.Markish =>
  Plot.lineY(points, { x: "x", y: "y", stroke, strokeWidth });

export const dots = (points: readonly Point[], fill: string, r = 3): Plot.Markish =>
  Plot.dot(points, { x: "x", y: "y", fill, r });

/** A name beside a curve, in its color. */
export const label = (at: Point, text: string, fill: string, options: Plot.TextOptions = {}): Plot.Markish =>
  Plot.text([at], { x: "x", y: "y", text: () => text, fill, fontWeight: 600, textAnchor: "start", dx: 6, ...options });

/** A level that is named at its right end. */
export const level = (y: number, text: string, x: number, stroke = GRAY): Plot.Markish[] => [
  Plot.ruleY([y], { stroke, strokeDasharray: "5 4" }),
  label({ x, y }, text, stroke, { textAnchor: "end", dx: -4, dy: -8 }),
];

export interface Picture extends Plot.PlotOptions {
  readonly title: string;
  /** What the vertical axis counts, with its unit. */
  readonly vertical: string;
}

/** The picture as an SVG document, its coordinates rounded to hundredths of a pixel. */
export function draw({ title, vertical, marks = [], y, ...options }: Picture): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const heading = (text: string, style: Plot.TextOptions) =>
    Plot.text([text], { frameAnchor: "top-left", dx: -56, ...style });
  const svg = Plot.plot({
    document,
    width: 760,
    height: 380,
    marginLeft: 66,
    marginRight: 24,
    marginTop: 56,
    marginBottom: 44,
    style: { background: "white", color: "#222", fontSize: "13px", fontFamily: "system-ui, sans-serif" },
    ...options,
    y: { label: null, grid: true, ...y },
    marks: [...marks, heading(title, { dy: -42, fontSize: 15, fontWeight: 600 }), heading(vertical, { dy: -20 })],
  });
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return `${svg.outerHTML.replaceAll(/="[^"]*"/g, rounded)}\n`;
}

/** An attribute with its numbers to two places: what is read on the axes stands between tags and keeps its own. */
const rounded = (attribute: string): string =>
  attribute.replaceAll(/-?\d+\.\d{3,}/g, (number) => String(Number(Number(number).toFixed(2))));
