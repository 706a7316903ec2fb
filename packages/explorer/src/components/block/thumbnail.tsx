/** A head's pattern as a small picture, one pixel per cell. */
// biome-ignore-all lint/a11y/useSemanticElements: a cell of a grid
// biome-ignore-all lint/a11y/useFocusableInteractive: the button in a cell has the focus
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Thumbnails } from "../../protocol/inside.ts";
import { strings } from "../../strings.ts";
import type { Scale } from "../heat-map/heat-map-data.ts";
import { fillPixels } from "../heat-map/palette.ts";
import { paletteMaker } from "../heat-map/surface.ts";
import { colorsOf, scheme } from "../picture/colors.ts";

const SCALE: Scale = { least: 0, most: 1, stops: ["paper", "accent"], isRoot: true, format: String };
const paletteOf = paletteMaker();

export interface ThumbnailProps {
  readonly thumbnails: Thumbnails;
  readonly head: number;
  readonly isSelected: boolean;
  readonly isTabStop: boolean;
  readonly onSelect: () => void;
}

export function Thumbnail({ thumbnails, head, isSelected, isTabStop, onSelect }: ThumbnailProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const changes = scheme.value;
  useLayoutEffect(() => paint(canvas.current as HTMLCanvasElement, thumbnails, head), [thumbnails, head, changes]);
  const { layer } = thumbnails;
  return (
    <div role="gridcell" aria-selected={isSelected}>
      <button
        type="button"
        tabIndex={isTabStop ? 0 : -1}
        data-place={`${layer},${head}`}
        aria-label={strings.block.thumbnail(layer, head)}
        aria-pressed={isSelected}
        onClick={onSelect}
      >
        <canvas ref={canvas} />
      </button>
    </div>
  );
}

function paint(canvas: HTMLCanvasElement, { size, values }: Thumbnails, head: number): void {
  const own = values.subarray(head * size * size, (head + 1) * size * size);
  const colors = colorsOf(canvas);
  Object.assign(canvas, { width: size, height: size });
  const image = new ImageData(size, size);
  const palette = paletteOf(SCALE.stops.map((name) => colors[name]));
  fillPixels(new Uint32Array(image.data.buffer), own, SCALE, palette);
  canvas.getContext("2d")?.putImageData(image, 0, 0);
}
