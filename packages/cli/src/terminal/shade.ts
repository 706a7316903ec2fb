/** The cells of a heat map: two columns each, in five levels, by density of the character or by color. */

interface Level {
  /** The least weight of the level. */
  readonly from: number;
  readonly character: string;
  /** Of the 256-color palette; brightness rises with the weight, on every kind of color vision. */
  readonly color: number;
  readonly label: string;
}

const LEVELS: readonly Level[] = [
  { from: 0, character: "·", color: 54, label: "below 5%" },
  { from: 0.05, character: "░", color: 25, label: "5 to 25%" },
  { from: 0.25, character: "▒", color: 36, label: "25 to 50%" },
  { from: 0.5, character: "▓", color: 114, label: "50 to 75%" },
  { from: 0.75, character: "█", color: 226, label: "75% or more" },
];

/** The cell of a weight from 0 to 1. */
export function shade(weight: number, color: boolean): string {
  const level = LEVELS.findLast(({ from }) => weight >= from) ?? (LEVELS[0] as Level);
  return cellOf(level, color);
}

/** What the levels mean. */
export function shadeLegend(color: boolean): string[] {
  return LEVELS.map((level) => `${cellOf(level, color)} ${level.label}`);
}

function cellOf({ character, color: background }: Level, color: boolean): string {
  return color ? `\x1b[48;5;${background}m  \x1b[0m` : character.repeat(2);
}
