/** A row of numbers as a strip of colors, one pixel per number, scaled without smoothing. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { strings } from "../../strings.ts";
import type { Scale } from "../heat-map/heat-map-data.ts";
import { fillPixels } from "../heat-map/palette.ts";
import { paletteMaker } from "../heat-map/surface.ts";
import { colorsOf, scheme } from "../picture/colors.ts";

const paletteOf = paletteMaker();

export function Strip({ label, values }: { readonly label: string; readonly values: Float32Array }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const changes = scheme.value;
  useLayoutEffect(() => paint(canvas.current as HTMLCanvasElement, values), [values, changes]);
  return <canvas ref={canvas} class="strip" role="img" aria-label={strings.block.strip(label, values.length)} />;
}

/** From the most negative to the most positive, zero in the middle. */
function paint(canvas: HTMLCanvasElement, values: Float32Array): void {
  const finite = values.filter(Number.isFinite);
  const size = finite.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
  const scale: Scale = { least: -size, most: size, stops: ["problem", "paper", "accent"], format: String };
  Object.assign(canvas, { width: values.length, height: 1 });
  const image = new ImageData(values.length, 1);
  const shown = values.map((value) => (Number.isFinite(value) ? value : Number.NaN));
  const colors = colorsOf(canvas);
  const palette = paletteOf(scale.stops.map((name) => colors[name]));
  fillPixels(new Uint32Array(image.data.buffer), shown, scale, palette);
  canvas.getContext("2d")?.putImageData(image, 0, 0);
}
