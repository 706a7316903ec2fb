/**
 * The patterns of a layer's heads as small pictures: one canvas for all heads of a layer, drawn over their buttons.
 * Each canvas that changes costs the browser half a millisecond, and a model often has 64 heads or more.
 */
import { useCallback } from "preact/hooks";
import type { Thumbnails } from "../../protocol/inside.ts";
import type { Scale } from "../heat-map/heat-map-data.ts";
import { fillPixels } from "../heat-map/palette.ts";
import { paletteMaker } from "../heat-map/surface.ts";
import { Canvas, type Draw } from "../picture/canvas.tsx";
import type { Colors } from "../picture/colors.ts";

/** Between two buttons, and from the edge of a button to its picture; in CSS pixels, as in block.css. */
const GAP = 2;
const INSET = 3;

const SCALE: Scale = { least: 0, most: 1, stops: ["paper", "accent"], isRoot: true, format: String };
const paletteOf = paletteMaker();

export function ThumbnailPictures({ thumbnails, heads }: { readonly thumbnails: Thumbnails; readonly heads: number }) {
  const sideOf = (width: number) => Math.max(0, (width + GAP) / heads - GAP);
  const draw: Draw = useCallback(
    (context, { width }, colors) => {
      const image = imageOf(thumbnails, heads, colors);
      const side = sideOf(width);
      const { size } = thumbnails;
      context.imageSmoothingEnabled = false;
      for (let h = 0; h < heads; h++) {
        const at = h * (side + GAP) + INSET;
        const inner = side - 2 * INSET;
        context.drawImage(image, 0, h * size, size, size, at, INSET, inner, inner);
      }
    },
    [thumbnails, heads],
  );
  return <Canvas height={sideOf} draw={draw} />;
}

const image = document.createElement("canvas");
const pixels = image.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D;

/** One pixel per cell, the heads one below the other. The canvas is that of every call. */
function imageOf({ size, values }: Thumbnails, heads: number, colors: Colors): HTMLCanvasElement {
  Object.assign(image, { width: size, height: heads * size });
  const data = new ImageData(size, heads * size);
  fillPixels(new Uint32Array(data.data.buffer), values, SCALE, paletteOf(SCALE.stops.map((name) => colors[name])));
  pixels.putImageData(data, 0, 0);
  return image;
}
