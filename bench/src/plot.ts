/** Both curves as an SVG picture, by Observable Plot: linear axes, so that a line looks like a line. */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { CacheRow } from "./cache.ts";
import { digits } from "./tables.ts";

const CACHED = "#1b6ca8";
const UNCACHED = "#c8452d";

/** A standalone SVG document; every curve carries its name and its last value. */
export function plotCache(rows: readonly CacheRow[], title: string): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const last = rows.at(-1) as CacheRow;
  const top = Math.max(...rows.map(({ uncachedMilliseconds }) => uncachedMilliseconds));
  const atEnd = rows.slice(-Math.ceil(rows.length / 4)); // where the label stands: above all of it
  const labelHeight = Math.max(...atEnd.map(({ uncachedMilliseconds }) => uncachedMilliseconds));
  const curve = (y: keyof CacheRow, stroke: string) => Plot.lineY(rows, { x: "position", y, stroke, strokeWidth: 2 });
  const label = (y: number, text: string, fill: string, dy: number) =>
    Plot.text([{ x: last.position, y }], {
      x: "x",
      y: "y",
      text: () => text,
      fill,
      dy,
      dx: -6,
      textAnchor: "end",
      fontWeight: 600,
    });
  const heading = (text: string, style: Plot.TextOptions) =>
    Plot.text([text], { frameAnchor: "top-left", dx: -50, ...style });
  const svg = Plot.plot({
    document,
    width: 760,
    height: 400,
    marginLeft: 60,
    marginTop: 52,
    marginBottom: 44,
    style: { background: "white", color: "#222", fontSize: "13px", fontFamily: "system-ui, sans-serif" },
    x: { label: "position of the token in the text →", domain: [1, last.position] },
    y: { label: null, grid: true, domain: [0, top * 1.06] },
    marks: [
      Plot.ruleY([0]),
      curve("uncachedMilliseconds", UNCACHED),
      curve("cachedMilliseconds", CACHED),
      label(labelHeight, `no cache: ${digits(last.uncachedMilliseconds)} ms`, UNCACHED, -14),
      label(last.cachedMilliseconds, `KV cache: ${digits(last.cachedMilliseconds)} ms`, CACHED, -14),
      heading(title, { dy: -38, fontSize: 15, fontWeight: 600 }),
      heading("milliseconds for this one token", { dy: -18 }),
    ],
  });
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return `${svg.outerHTML}\n`;
}
