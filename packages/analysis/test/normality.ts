/** Whether z-scores are standard normal, by Kolmogorov and Smirnov's test; and the kinds of watermark they are of. */
import type { WatermarkKey } from "@tsgpt/sampling";
import { upperTail } from "../src/detect/upper-tail.ts";
import { readBytes } from "./fixture-files.ts";

/** Tokens of a text. */
export const LENGTH = 200;
export const SAMPLES = 1000;
/** The statistic's 1% point for 1,000 samples: 1.628 / sqrt(1000). */
export const LIMIT = 1.628 / Math.sqrt(SAMPLES);

/** The largest distance between the share of samples up to z and the normal distribution's. */
export function kolmogorovSmirnov(zs: readonly number[]): number {
  const sorted = [...zs].sort((a, b) => a - b);
  const distances = sorted.map((z, i) => {
    const below = 1 - upperTail(z);
    return Math.max(Math.abs((i + 1) / sorted.length - below), Math.abs(i / sorted.length - below));
  });
  return Math.max(...distances);
}

export const deviationOf = (zs: readonly number[]) => {
  const mean = zs.reduce((sum, z) => sum + z, 0) / zs.length;
  return Math.sqrt(zs.reduce((sum, z) => sum + (z - mean) ** 2, 0) / zs.length);
};

export const KINDS: [string, Omit<WatermarkKey, "key">][] = [
  ["left hash of 1", {}],
  ["left hash of 4", { width: 4 }],
  ["self hash of 1", { hash: "self" }],
  ["self hash of 4", { hash: "self", width: 4 }],
  ["self hash of 8", { hash: "self", width: 8 }],
];

/** Texts that people wrote, of LENGTH tokens. */
export async function humanTexts(encode: (text: string) => number[]): Promise<number[][]> {
  const text = new TextDecoder().decode(await readBytes("examples/detection/human.txt"));
  const ids = text.trim().split("\n").map(encode);
  return ids.filter(({ length }) => length >= LENGTH).map((story) => story.slice(0, LENGTH));
}
