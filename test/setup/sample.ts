/** Long sweeps run whole under `pnpm test:full`, in Node and in Chromium; `pnpm test` takes a few cases, the same in every run. */

declare global {
  interface ImportMeta {
    readonly env: { readonly TSGPT_FULL?: string };
  }
}

/** Whether this is the full run. */
export const FULL = import.meta.env.TSGPT_FULL === "1";

/** `count` of a list, chosen by a seed, in the list's order; in the full run the whole list. */
export function sample<Item>(items: readonly Item[], count: number, seed = 1): Item[] {
  if (FULL || items.length <= count) return [...items];
  const left = items.map((_, i) => i);
  const chosen = Array.from({ length: count }, (_, i) => {
    const at = (Math.imul(seed + i, 0x9e3779b1) >>> 0) % left.length;
    return left.splice(at, 1)[0];
  });
  return chosen.sort((a, b) => a - b).map((i) => items[i]);
}
