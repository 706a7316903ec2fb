/** The colors of a scale, as pixels, and the ink that can be read on each: black or white, at least 4.5:1. */
import type { Scale } from "./heat-map-data.ts";

const SHADES = 256;

export type Rgb = readonly [red: number, green: number, blue: number];

export interface Palette {
  /** A pixel for each shade, in the order of bytes of ImageData. */
  readonly pixels: Uint32Array;
  readonly inks: readonly ("#000" | "#fff")[];
}

/** `stops` are the colors of the scale's stops. */
export function createPalette(stops: readonly Rgb[]): Palette {
  const colors = Array.from({ length: SHADES }, (_, i) => between(stops, i / (SHADES - 1)));
  const bytes = Uint8ClampedArray.from(colors.flatMap((color) => [...color, 255]));
  return { pixels: new Uint32Array(bytes.buffer), inks: colors.map(inkOn) };
}

/** The shade of a value, from 0 to 255; -1 for NaN. */
export function shadeOf(value: number, { least, most, isRoot }: Scale): number {
  if (Number.isNaN(value)) return -1;
  const share = Math.max(0, Math.min(1, (value - least) / (most - least)));
  return Math.round((isRoot ? Math.sqrt(share) : share) * (SHADES - 1));
}

/** Writes a pixel for each value; transparent for NaN. */
export function fillPixels(pixels: Uint32Array, values: Float32Array, scale: Scale, palette: Palette): void {
  const { least, most, isRoot } = scale;
  const { pixels: colors } = palette;
  const last = SHADES - 1;
  const perValue = last / (most - least);
  for (let i = 0; i < values.length; i++) {
    const line = ((values[i] as number) - least) * perValue; // as shadeOf, without a call per cell
    const shade = isRoot && line > 0 ? Math.sqrt(line * last) : line;
    if (shade >= 0) pixels[i] = colors[shade < last ? Math.round(shade) : last] as number;
    else pixels[i] = shade < 0 ? (colors[0] as number) : 0; // neither is true of NaN
  }
}

function between(stops: readonly Rgb[], share: number): Rgb {
  const at = share * (stops.length - 1);
  const from = Math.min(Math.floor(at), stops.length - 2);
  const [a, b] = [stops[from], stops[from + 1]] as [Rgb, Rgb];
  return a.map((value, i) => Math.round(value + ((b[i] as number) - value) * (at - from))) as unknown as Rgb;
}

/** Black and white are equally readable on a luminance of 0.179: 4.58:1. @see WCAG 2.2, contrast ratio */
const inkOn = (color: Rgb) => (luminance(color) > 0.179 ? "#000" : "#fff");

function luminance(color: Rgb): number {
  const [r, g, b] = color.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
