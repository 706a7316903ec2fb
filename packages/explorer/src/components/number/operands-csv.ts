/** The operands of a number as CSV: the contribution, then each factor with where it comes from. @see RFC 4180 */
import type { Factor, Operand } from "@tsgpt/analysis";

/** In the drawer's order; a row has as many factors as the operand with the most. */
export function operandsCsv(operands: readonly Operand[]): string {
  const width = Math.max(...operands.map(({ factors }) => factors.length));
  const places = Array.from({ length: width }, (_, i) => i);
  const header = ["contribution", ...places.flatMap((i) => [`factor ${i + 1}`, `name ${i + 1}`, `as ${i + 1}`])];
  const rows = byContribution(operands).map(({ contribution, factors }) => [
    String(contribution),
    ...places.flatMap((i) => cellsOf(factors[i])),
  ]);
  return [header, ...rows].map((cells) => `${cells.map(quoted).join(",")}\n`).join("");
}

/** The largest first. */
export function byContribution(operands: readonly Operand[]): Operand[] {
  return [...operands].sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
}

function cellsOf(factor: Factor | undefined): string[] {
  if (!factor) return ["", "", ""];
  const { value, from, as = "" } = factor;
  return [String(value), from ? `${from.tensor}[${from.index.join(", ")}]` : "", as];
}

const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
