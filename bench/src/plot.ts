/** Results as SVG plots, by Observable Plot, on logarithmic axes: both curves of the cache, and the roofline. */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { CacheRow } from "./cache.ts";
import type { Roofline } from "./roofline.ts";
import { digits } from "./tables.ts";

const CACHED = "#1b6ca8";
const UNCACHED = "#c8452d";

/**
 * A standalone SVG document; every curve is labeled with its name and last value. On logarithmic axes a cost
 * proportional to the position is a line of slope 1, and a constant cost is horizontal.
 */
export function plotCache(rows: readonly CacheRow[], title: string): string {
  const last = rows.at(-1) as CacheRow;
  const times = rows.flatMap(({ cachedMilliseconds, uncachedMilliseconds }) => [
    cachedMilliseconds,
    uncachedMilliseconds,
  ]);
  const [least, most] = [Math.min(...times) / 1.5, Math.max(...times) * 2];
  const curve = (y: keyof CacheRow, stroke: string) => Plot.lineY(rows, { x: "position", y, stroke, strokeWidth: 2 });
  const label = (key: "cachedMilliseconds" | "uncachedMilliseconds", text: string, fill: string) =>
    Plot.text([{ x: last.position, y: Math.max(...rows.slice(-rows.length / 2).map((row) => row[key])) }], {
      x: "x",
      y: "y",
      text: () => `${text}: ${digits(last[key])} ms`,
      fill,
      dy: -12,
      dx: -6,
      textAnchor: "end",
      fontWeight: 600,
    });
  return draw({
    x: {
      type: "log",
      base: 2,
      label: "position of the token in the text →",
      domain: [1, last.position],
      ticks: rows.map(({ position }) => position).filter((position) => Number.isInteger(Math.log2(position))),
      tickFormat: "d",
    },
    y: {
      type: "log",
      label: null,
      grid: true,
      domain: [least, most],
      ticks: [1e-3, 0.01, 0.1, 1, 10, 100, 1e3, 1e4]
        .flatMap((decade) => [decade, 3 * decade])
        .filter((tick) => tick >= least && tick <= most),
      tickFormat: digits,
    },
    marks: [
      curve("uncachedMilliseconds", UNCACHED),
      curve("cachedMilliseconds", CACHED),
      label("uncachedMilliseconds", "no cache", UNCACHED),
      label("cachedMilliseconds", "KV cache", CACHED),
      ...headings(title, "milliseconds for this one token; both axes are logarithmic"),
    ],
  });
}

/** The roofline of the machine and the passes under it, on logarithmic axes. */
export function plotRoofline({ limits, points }: Roofline, title: string): string {
  const [first, last] = [points[0], points.at(-1)].map((point) => point?.flopsPerByte as number) as [number, number];
  const [from, to] = [first / 2, last * 2];
  const [bandwidth, peak] = [limits.readBytesPerSecond / 1e9, limits.flopsPerSecond / 1e9];
  const ridge = peak / bandwidth;
  const roof = [from, ridge, to].map((x) => ({ x, y: Math.min(peak, x * bandwidth) }));
  const name = (text: string, x: number, y: number, options: Plot.TextOptions) =>
    Plot.text([{ x, y }], { x: "x", y: "y", text: () => text, fill: UNCACHED, fontWeight: 600, ...options });
  return draw({
    x: {
      type: "log",
      label: "floating-point operations for each byte of weights →",
      domain: [from, to],
      tickFormat: "~g",
    },
    y: {
      type: "log",
      label: null,
      grid: true,
      domain: [from * bandwidth * 0.5, peak * 1.6],
      tickFormat: "~g",
      ticks: 6,
    },
    marks: [
      Plot.line(roof, { x: "x", y: "y", stroke: UNCACHED, strokeWidth: 2 }),
      Plot.line(points, { x: "flopsPerByte", y: "gflops", stroke: CACHED, strokeWidth: 1 }),
      Plot.dot(points, { x: "flopsPerByte", y: "gflops", fill: CACHED, r: 4 }),
      Plot.text(points, { x: "flopsPerByte", y: "gflops", text: "tokens", fill: CACHED, dy: 14, dx: 8 }),
      name(`multiply-adds: ${digits(peak)} GFLOP/s`, to, peak, { textAnchor: "end", dy: -10, dx: -6 }),
      name(`reading: ${digits(bandwidth)} GB/s`, ridge / 2, peak / 2, { textAnchor: "end", dx: -10 }),
      ...headings(title, "GFLOP/s of a pass, by its number of tokens"),
    ],
  });
}

/** After so many million tokens of training, the held-out loss of the model of that name in nats a token. */
export interface TrainingPoint {
  readonly name: string;
  readonly millions: number;
  readonly nats: number;
}

/** Held-out loss against tokens, on a logarithmic axis; every curve is labeled with its model's name and last loss. */
export function plotTrainings(points: readonly TrainingPoint[], title: string): string {
  const channels = { x: "millions", y: "nats", stroke: "name" } as const;
  const names = [...new Set(points.map(({ name }) => name))];
  const ends = names.map((name) => points.findLast((point) => point.name === name) as TrainingPoint);
  return draw({
    marginRight: 200,
    x: { type: "log", label: "million tokens of training →", tickFormat: "~g", ticks: [1, 2, 3, 5, 10, 20, 30, 50] },
    y: { label: null, grid: true, nice: true, tickFormat: ".1f" },
    color: { domain: names, range: [CACHED, UNCACHED] },
    marks: [
      Plot.lineY(points, { ...channels, strokeWidth: 2 }),
      Plot.dot(points, { ...channels, fill: "name", r: 2.5 }),
      Plot.text(ends, {
        ...{ x: "millions", y: "nats", fill: "name", textAnchor: "start", dx: 8, fontWeight: 600 },
        text: ({ name, nats }: TrainingPoint) => `${name} parameters: ${nats.toFixed(3)}`,
      }),
      ...headings(title, "nats a token; the axis of tokens is logarithmic"),
    ],
  });
}

function headings(title: string, unit: string) {
  const heading = (text: string, style: Plot.TextOptions) =>
    Plot.text([text], { frameAnchor: "top-left", dx: -50, ...style });
  return [heading(title, { dy: -38, fontSize: 15, fontWeight: 600 }), heading(unit, { dy: -18 })];
}

/** A standalone SVG document. */
function draw(options: Plot.PlotOptions): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const svg = Plot.plot({
    document,
    width: 760,
    height: 400,
    marginLeft: 60,
    marginTop: 52,
    marginBottom: 44,
    style: { background: "white", color: "#222", fontSize: "13px", fontFamily: "system-ui, sans-serif" },
    ...options,
  });
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return `${svg.outerHTML}\n`;
}
