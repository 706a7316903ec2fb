/** Texts for the tests: of chosen colors, and of chance. */
import { createGenerator, nextUniform } from "@tsgpt/numeric";
import { colorHash, WATERMARK_GAMMA, type WatermarkKey } from "@tsgpt/sampling";

/** Which ids are green after the tokens `before`. */
export function greenAfter(key: WatermarkKey, before: readonly number[]): (id: number) => boolean {
  const hash = colorHash(key, before);
  return (id) => hash(id) / 2 ** 32 < (key.gamma ?? WATERMARK_GAMMA);
}

/** Ids from 7 on of these colors, "g" or "r", behind `width` ids that have none; no id comes twice. */
export function colored(key: WatermarkKey, colors: string): number[] {
  const { width = 1 } = key;
  const ids = Array.from({ length: width }, (_, i) => 7 + i);
  for (const color of colors) {
    const green = greenAfter(key, ids.slice(-width));
    let id = Math.max(...ids) + 1;
    while (green(id) !== (color === "g")) id++;
    ids.push(id);
  }
  return ids;
}

/** `length` ids below 50,257, each as likely as the other, the same every time. */
export function randomIds(length: number, seed: number): number[] {
  const generator = createGenerator(seed);
  return Array.from({ length }, () => Math.floor(50_257 * nextUniform(generator)));
}
