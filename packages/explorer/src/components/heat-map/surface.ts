/** The canvas of a heat map, and the image of its cells. */
import { type Colors, colorsOf } from "../picture/colors.ts";
import { type Drawing, drawHeatMap } from "./draw-heat-map.ts";
import type { HeatMapData } from "./heat-map-data.ts";
import { type Cells, cellsInView } from "./layout.ts";
import { createPalette, fillPixels, type Palette, type Rgb } from "./palette.ts";

type Sketch = Pick<Drawing, "data" | "layout" | "view" | "fontSize" | "selected" | "active">;

export interface Surface {
  /** The width of the widest text. */
  widest(texts: readonly string[], fontSize: number): number;
  draw(sketch: Sketch): void;
}

export function createSurface(canvas: HTMLCanvasElement): Surface {
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  const imageOf = imageMaker();
  const fontOf = fontReader(canvas);
  const widest = (texts: readonly string[], fontSize: number) => {
    context.font = fontOf(fontSize);
    return texts.reduce((most, text) => Math.max(most, context.measureText(text).width), 0);
  };
  const draw = (sketch: Sketch) => {
    const colors = colorsOf(canvas);
    resize(canvas, context, sketch.view.width, sketch.view.height);
    context.font = fontOf(sketch.fontSize);
    drawHeatMap(context, { ...sketch, ...imageOf(sketch, colors), colors });
  };
  return { widest, draw };
}

/**
 * Makes the font of a size, whose family is read once: reading a style makes the browser recompute all that changed.
 * The shorthand is not read, as it is empty where a style cannot be written as one, as in forced colors.
 */
function fontReader(canvas: Element) {
  let family: string | undefined;
  return (fontSize: number): string => {
    family ??= getComputedStyle(canvas).fontFamily;
    return `${fontSize}px ${family}`;
  };
}

function resize(canvas: HTMLCanvasElement, context: CanvasRenderingContext2D, width: number, height: number): void {
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  const [across, down] = [Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio)];
  if (canvas.width !== across || canvas.height !== down) Object.assign(canvas, { width: across, height: down });
  context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
}

/** Makes the image of the cells in view: of 512 x 512 cells, each 24 pixels wide or more, about a thousand. */
function imageMaker() {
  const image = document.createElement("canvas");
  const paletteOf = paletteMaker();
  return ({ data, layout, view }: Sketch, colors: Colors) => {
    const palette = paletteOf(data.scale.stops.map((name) => colors[name]));
    paintImage(image, data, cellsInView(layout, view), palette);
    return { image, palette };
  };
}

/** Makes the palette of colors, or returns the last one if it is of the same colors. */
export function paletteMaker() {
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  let made: { readonly key: string; readonly palette: Palette } | undefined;
  return (stops: readonly string[]): Palette => {
    const key = stops.join();
    if (made?.key !== key) {
      const palette = createPalette(stops.map((color) => rgbOf(context as CanvasRenderingContext2D, color)));
      made = { key, palette };
    }
    return made.palette;
  };
}

function paintImage(image: HTMLCanvasElement, data: HeatMapData, cells: Cells, palette: Palette): void {
  const [width, height] = [cells.toColumn - cells.fromColumn, cells.toRow - cells.fromRow];
  if (width <= 0 || height <= 0) return;
  const pixels = new ImageData(width, height);
  const words = new Uint32Array(pixels.data.buffer);
  for (let row = 0; row < height; row++) {
    const from = (cells.fromRow + row) * data.columns.length + cells.fromColumn;
    const values = data.values.subarray(from, from + width);
    fillPixels(words.subarray(row * width, (row + 1) * width), values, data.scale, palette);
  }
  if (image.width !== width || image.height !== height) Object.assign(image, { width, height });
  (image.getContext("2d") as CanvasRenderingContext2D).putImageData(pixels, 0, 0);
}

/** A color of any notation as a pixel. */
function rgbOf(context: CanvasRenderingContext2D, color: string): Rgb {
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue] as Rgb;
}
