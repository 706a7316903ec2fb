/** Texts for the tests: of chosen colors, and of chance. */
import { createGenerator, nextUniform } from "@tsgpt/numeric";
import { greenTest, type WatermarkKey } from "@tsgpt/sampling";

/** Ids from 7 on of these colors, "g" or "r", behind `width` ids that have none; no id comes twice. */
export function colored(key: WatermarkKey, colors: string): number[] {
  const { width = 1 } = key;
  const ids = Array.from({ length: width }, (_, i) => 7 + i);
  for (const color of colors) {
    const green = greenTest(key, ids.slice(-width));
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
