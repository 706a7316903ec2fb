/** All of a list under `pnpm test:full`, else a few of it, the same in every run. */
export const FULL = process.env["TSGPT_FULL"] === "1";

/** A seeded sample of `count`, in the list's order. */
export function sample<Item>(items: readonly Item[], count: number, seed = 1): Item[] {
  if (FULL || items.length <= count) return [...items];
  const left = items.map((_, i) => i);
  const chosen = Array.from({ length: count }, (_, i) => {
    const at = (Math.imul(seed + i, 0x9e3779b1) >>> 0) % left.length;
    return left.splice(at, 1)[0];
  });
  return chosen.sort((a, b) => a - b).map((i) => items[i]);
}
