/** Groups of consecutive items whose sizes add up to at most a given sum, so that a pass has bounded memory. */

/** Consecutive groups; an item larger than `most` is a group of its own. */
export function groupBySize<Item>(items: readonly Item[], sizeOf: (item: Item) => number, most: number): Item[][] {
  const groups: Item[][] = [];
  let sum = most;
  for (const item of items) {
    const size = sizeOf(item);
    if (sum + size > most) {
      groups.push([]);
      sum = 0;
    }
    groups.at(-1)?.push(item);
    sum += size;
  }
  return groups;
}
