/** The keys that move within a grid. @see https://www.w3.org/WAI/ARIA/apg/patterns/grid/ */
import type { Place } from "./heat-map-data.ts";

export interface GridSize {
  readonly rows: number;
  readonly columns: number;
  /** Rows that are seen at once. */
  readonly page: number;
}

type Move = (place: Place, size: GridSize) => Place;

const MOVES: Readonly<Record<string, Move>> = {
  ArrowLeft: ({ row, column }) => ({ row, column: column - 1 }),
  ArrowRight: ({ row, column }) => ({ row, column: column + 1 }),
  ArrowUp: ({ row, column }) => ({ row: row - 1, column }),
  ArrowDown: ({ row, column }) => ({ row: row + 1, column }),
  PageUp: ({ row, column }, { page }) => ({ row: row - page, column }),
  PageDown: ({ row, column }, { page }) => ({ row: row + page, column }),
  Home: ({ row }) => ({ row, column: 0 }),
  End: ({ row }, { columns }) => ({ row, column: columns - 1 }),
  "Ctrl+Home": () => ({ row: 0, column: 0 }),
  "Ctrl+End": (_, { rows, columns }) => ({ row: rows - 1, column: columns - 1 }),
};

/** Where a key leads from a place, within the grid; undefined for another key. */
export function moved(key: string, place: Place, size: GridSize): Place | undefined {
  const move = MOVES[key];
  return move && inside(move(place, size), size);
}

/** The place, or the nearest one in the grid. */
export function inside({ row, column }: Place, { rows, columns }: Pick<GridSize, "rows" | "columns">): Place {
  return { row: clamp(row, rows), column: clamp(column, columns) };
}

const clamp = (index: number, count: number) => Math.max(0, Math.min(index, count - 1));
