/**
 * Draws the part of a heat map that is in view: an image with one pixel per cell, scaled without smoothing, the texts
 * of cells that are wide enough, the labels, and rings around the selected cell and the active one.
 */
import type { Colors } from "../picture/colors.ts";
import { fitterOf } from "./fitted-text.ts";
import type { HeatMapData, Place } from "./heat-map-data.ts";
import { type Cells, cellsInView, type Layout, type View } from "./layout.ts";
import { type Palette, shadeOf } from "./palette.ts";

export interface Drawing {
  readonly data: HeatMapData;
  /** One pixel per cell in view. */
  readonly image: HTMLCanvasElement;
  readonly palette: Palette;
  readonly layout: Layout;
  readonly view: View;
  readonly colors: Colors;
  readonly fontSize: number;
  readonly selected: Place | undefined;
  /** The keyboard's cell, while the grid has the focus. */
  readonly active: Place | undefined;
}

/** Cells narrower than this many font sizes have no text. */
const TEXT_WIDTH = 2.5;
const PADDING = 7; // pixels
const NUMBER_PADDING = 3;

export function drawHeatMap(context: CanvasRenderingContext2D, drawing: Drawing): void {
  const { view, layout } = drawing;
  const cells = cellsInView(layout, view);
  context.clearRect(0, 0, view.width, view.height);
  context.textBaseline = "middle";
  clipped(context, layout.left, layout.top, drawing, () => {
    drawCells(context, drawing, cells);
    drawTexts(context, drawing, cells);
    drawRings(context, drawing);
  });
  clipped(context, layout.left, 0, drawing, () => drawColumnLabels(context, drawing, cells));
  clipped(context, 0, layout.top, drawing, () => drawRowLabels(context, drawing, cells));
}

/** Draws only right of `x` and below `y`. */
function clipped(context: CanvasRenderingContext2D, x: number, y: number, { view }: Drawing, draw: () => void): void {
  context.save();
  context.beginPath();
  context.rect(x, y, view.width - x, view.height - y);
  context.clip();
  draw();
  context.restore();
}

const xOf = ({ layout, view }: Drawing, column: number) => layout.left + column * layout.cellWidth - view.x;
const yOf = ({ layout, view }: Drawing, row: number) => layout.top + row * layout.cellHeight - view.y;

function drawCells(context: CanvasRenderingContext2D, drawing: Drawing, cells: Cells): void {
  const { cellWidth, cellHeight } = drawing.layout;
  const [columns, rows] = [cells.toColumn - cells.fromColumn, cells.toRow - cells.fromRow];
  if (columns <= 0 || rows <= 0) return;
  const [x, y] = [xOf(drawing, cells.fromColumn), yOf(drawing, cells.fromRow)];
  context.imageSmoothingEnabled = false;
  context.drawImage(drawing.image, x, y, columns * cellWidth, rows * cellHeight);
}

function drawTexts(context: CanvasRenderingContext2D, drawing: Drawing, cells: Cells): void {
  const { layout, fontSize, palette } = drawing;
  const { columns, values, scale, cellText, isNumeric = false } = drawing.data;
  const padding = isNumeric ? NUMBER_PADDING : PADDING;
  if (!cellText || layout.cellWidth < TEXT_WIDTH * fontSize) return;
  const fitted = fitterOf(context);
  for (let row = cells.fromRow; row < cells.toRow; row++) {
    for (let column = cells.fromColumn; column < cells.toColumn; column++) {
      const shade = shadeOf(values[row * columns.length + column] as number, scale);
      if (shade < 0) continue;
      context.fillStyle = palette.inks[shade] as string;
      const text = cellText({ row, column });
      const shown = fitted(text, layout.cellWidth - 2 * padding);
      if (isNumeric && shown !== text) continue;
      context.fillText(shown, xOf(drawing, column) + padding, yOf(drawing, row) + layout.cellHeight / 2);
    }
  }
}

function drawColumnLabels(context: CanvasRenderingContext2D, drawing: Drawing, cells: Cells): void {
  const { layout, colors, data } = drawing;
  const fitted = fitterOf(context);
  for (let column = cells.fromColumn; column < cells.toColumn; column++) {
    const { text, mark } = data.columns[column] as HeatMapData["columns"][number];
    context.fillStyle = colors.text;
    const label = fitted(text, layout.cellWidth - 2 * PADDING);
    context.fillText(label, xOf(drawing, column) + PADDING, layout.cellHeight / 2 - 2);
    if (!mark) continue;
    const height = mark.isThick ? 4 : 1;
    context.fillStyle = mark.isThick ? colors.accent : colors.line;
    context.fillRect(xOf(drawing, column) + 1, layout.top - height - 1, layout.cellWidth - 2, height);
  }
}

function drawRowLabels(context: CanvasRenderingContext2D, drawing: Drawing, cells: Cells): void {
  const { layout, colors, data } = drawing;
  const fitted = fitterOf(context);
  context.fillStyle = colors.quiet;
  for (let row = cells.fromRow; row < cells.toRow; row++) {
    const label = fitted(data.rows[row] as string, layout.left - PADDING);
    context.fillText(label, 0, yOf(drawing, row) + layout.cellHeight / 2);
  }
}

/** In two colors, so that one of them stands out from whatever is below. */
function drawRings(context: CanvasRenderingContext2D, drawing: Drawing): void {
  const { selected, active, colors } = drawing;
  if (selected) {
    ring(context, drawing, selected, { inset: 1, width: 2, color: colors.text });
    ring(context, drawing, selected, { inset: 2.5, width: 1, color: colors.paper });
  }
  if (active) {
    ring(context, drawing, active, { inset: 2, width: 4, color: colors.text });
    ring(context, drawing, active, { inset: 5, width: 2, color: colors.paper });
  }
}

interface Ring {
  /** From the cell's edge to the middle of the line. */
  readonly inset: number;
  readonly width: number;
  readonly color: string;
}

function ring(context: CanvasRenderingContext2D, drawing: Drawing, place: Place, { inset, width, color }: Ring): void {
  const { cellWidth, cellHeight } = drawing.layout;
  context.strokeStyle = color;
  context.lineWidth = width;
  const [x, y] = [xOf(drawing, place.column), yOf(drawing, place.row)];
  context.strokeRect(x + inset, y + inset, cellWidth - 2 * inset, cellHeight - 2 * inset);
}
