/**
 * Resolves once everything printed so far is written. A full pipe takes a part at once and the rest later, and what is
 * then said on stderr would come in between where both lead to one place.
 */
export function printed(): Promise<void> {
  return new Promise((resolve) => void process.stdout.write("", () => resolve()));
}
