/** Human-readable sizes. */

/** `548 MB`: three significant digits, decimal units. */
export function formatBytes(bytes: number): string {
  const [unit, size] = bytes >= 1e9 ? ["GB", 1e9] : bytes >= 1e6 ? ["MB", 1e6] : ["kB", 1e3];
  const count = bytes / size;
  return `${count.toFixed(count >= 99.95 ? 0 : count >= 9.995 ? 1 : 2)} ${unit}`;
}
