/** Where the cells of a heat map are, in CSS pixels, below and right of labels that stay in view. */
import type { Place } from "./heat-map-data.ts";

/** The least width of a cell, and its height, so that it can be pressed. */
const TARGET = 24;

export interface Layout {
  /** Of the labels. */
  readonly left: number;
  readonly top: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  /** Of the labels and all cells. */
  readonly width: number;
  readonly height: number;
}

/** The part of the map that is in view. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface LayoutOptions {
  readonly rows: number;
  readonly columns: number;
  /** Of the widest label at the left. */
  readonly labelWidth: number;
  readonly fontSize: number;
  /** The least and the most width of a cell, in font sizes; the cells share the width of the view between these. */
  readonly cellWidth: readonly [least: number, most: number];
  readonly viewWidth: number;
}

export function layoutOf({ rows, columns, labelWidth, fontSize, cellWidth, viewWidth }: LayoutOptions): Layout {
  const left = Math.min(Math.ceil(labelWidth + fontSize), Math.floor(viewWidth * 0.4));
  const [least, most] = cellWidth.map((size) => Math.max(TARGET, Math.round(size * fontSize))) as [number, number];
  const width = Math.max(least, Math.min(most, Math.floor((viewWidth - left) / columns)));
  const height = Math.max(TARGET, Math.round(fontSize * 2));
  return {
    left,
    top: height,
    cellWidth: width,
    cellHeight: height,
    width: left + columns * width,
    height: height * (rows + 1),
  };
}

/** The cell at a point of the view; undefined for a label, or beyond the cells. */
export function placeAt(layout: Layout, view: View, x: number, y: number): Place | undefined {
  const [inX, inY] = [x + view.x, y + view.y];
  if (x < layout.left || y < layout.top || inX >= layout.width || inY >= layout.height) return undefined;
  return {
    row: Math.floor((inY - layout.top) / layout.cellHeight),
    column: Math.floor((inX - layout.left) / layout.cellWidth),
  };
}

/** From the first to before the last. */
export interface Cells {
  readonly fromColumn: number;
  readonly toColumn: number;
  readonly fromRow: number;
  readonly toRow: number;
}

/** The cells in view, also those in part. */
export function cellsInView(layout: Layout, { x, y, width, height }: View): Cells {
  const { cellWidth, cellHeight } = layout;
  const last = (at: number, size: number, count: number) => Math.max(0, Math.min(count, Math.ceil(at / size)));
  const columns = Math.round((layout.width - layout.left) / cellWidth);
  const rows = Math.round((layout.height - layout.top) / cellHeight);
  return {
    fromColumn: Math.floor(x / cellWidth),
    toColumn: last(x + width - layout.left, cellWidth, columns),
    fromRow: Math.floor(y / cellHeight),
    toRow: last(y + height - layout.top, cellHeight, rows),
  };
}

/** Where to scroll so that a cell is seen whole, moving as little as possible. */
export function scrolledTo(
  layout: Layout,
  view: View,
  { row, column }: Place,
): { scrollLeft: number; scrollTop: number } {
  return {
    scrollLeft: nearest(view.x, column * layout.cellWidth, layout.cellWidth, view.width - layout.left),
    scrollTop: nearest(view.y, row * layout.cellHeight, layout.cellHeight, view.height - layout.top),
  };
}

/** `start` and `size` are those of the cell, `room` is what is seen at once. */
function nearest(at: number, start: number, size: number, room: number): number {
  return Math.max(Math.min(at, start), Math.min(start, start + size - room));
}
