/** The ways in which readers see the page: colors and widths. */
import type { BrowserContextOptions } from "playwright-core";

export interface Look {
  readonly name: string;
  readonly width: number;
  readonly options: BrowserContextOptions;
}

const COLORS = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  "forced colors": { forcedColors: "active" },
} as const satisfies Readonly<Record<string, BrowserContextOptions>>;

export const LOOKS: readonly Look[] = Object.entries(COLORS).flatMap(([name, options]) =>
  [360, 1280].map((width) => ({
    name: `${name}, ${width} px`,
    width,
    options: { ...options, viewport: { width, height: width === 360 ? 720 : 800 } },
  })),
);
