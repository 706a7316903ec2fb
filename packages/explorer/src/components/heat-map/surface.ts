/** The canvas of a heat map, and the image of its cells, which is made again only when the values or the colors change. */
import { type Colors, colorsOf } from "../picture/colors.ts";
import { type Drawing, drawHeatMap } from "./draw-heat-map.ts";
import type { HeatMapData, Scale } from "./heat-map-data.ts";
import { createPalette, fillPixels, type Palette, type Rgb } from "./palette.ts";

export type Sketch = Pick<Drawing, "data" | "layout" | "view" | "fontSize" | "selected" | "active">;

export interface Surface {
  /** The width of the widest text. */
  widest(texts: readonly string[]): number;
  draw(sketch: Sketch): void;
}

export function createSurface(canvas: HTMLCanvasElement): Surface {
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  const imageOf = imageMaker();
  const widest = (texts: readonly string[]) => {
    context.font = fontOf(canvas);
    return texts.reduce((most, text) => Math.max(most, context.measureText(text).width), 0);
  };
  const draw = (sketch: Sketch) => {
    const colors = colorsOf(canvas);
    resize(canvas, context, sketch.view.width, sketch.view.height);
    context.font = fontOf(canvas);
    drawHeatMap(context, { ...sketch, ...imageOf(sketch.data, colors), colors });
  };
  return { widest, draw };
}

/** The shorthand is empty where a style cannot be written as one, as in forced colors. */
function fontOf(canvas: Element): string {
  const { fontSize, fontFamily } = getComputedStyle(canvas);
  return `${fontSize} ${fontFamily}`;
}

function resize(canvas: HTMLCanvasElement, context: CanvasRenderingContext2D, width: number, height: number): void {
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  const [across, down] = [Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio)];
  if (canvas.width !== across || canvas.height !== down) Object.assign(canvas, { width: across, height: down });
  context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
}

/** Makes the image of a matrix, or returns the last one if it is of the same values and colors. */
function imageMaker() {
  const image = document.createElement("canvas");
  const context = image.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D;
  let made: { readonly values: Float32Array; readonly key: string; readonly palette: Palette } | undefined;
  return ({ rows, columns, values, scale }: HeatMapData, colors: Colors) => {
    const key = JSON.stringify([rows.length, columns.length, scale.least, scale.most, colorsOfScale(scale, colors)]);
    if (made?.values !== values || made.key !== key) {
      const palette = createPalette(colorsOfScale(scale, colors).map((color) => rgbOf(context, color)));
      paintImage(image, context, { rows, columns, values, scale }, palette);
      made = { values, key, palette };
    }
    return { image, palette: made.palette };
  };
}

const colorsOfScale = ({ stops }: Scale, colors: Colors) => stops.map((name) => colors[name]);

type Matrix = Pick<HeatMapData, "rows" | "columns" | "values" | "scale">;

function paintImage(
  image: HTMLCanvasElement,
  context: CanvasRenderingContext2D,
  { rows, columns, values, scale }: Matrix,
  palette: Palette,
): void {
  if (values.length === 0) return;
  Object.assign(image, { width: columns.length, height: rows.length });
  const data = context.createImageData(columns.length, rows.length);
  fillPixels(new Uint32Array(data.data.buffer), values, scale, palette);
  context.putImageData(data, 0, 0);
}

/** A color of any notation as a pixel. */
function rgbOf(context: CanvasRenderingContext2D, color: string): Rgb {
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue] as Rgb;
}
