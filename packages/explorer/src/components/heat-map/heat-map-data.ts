/** What a heat map shows: a matrix with labels. */
import type { ComponentChildren } from "preact";
import type { COLORS } from "../picture/colors.ts";

/** A row and a column, from 0. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

/** From values to colors, by straight lines between the stops (see `isRoot`); beyond the ends, the ends' colors. */
export interface Scale {
  readonly least: number;
  readonly most: number;
  /** At least two, evenly spaced. */
  readonly stops: readonly (typeof COLORS)[number][];
  /** Colors follow the square root of the place between the ends, so that small values are seen. */
  readonly isRoot?: boolean;
  readonly format: (value: number) => string;
  /** What a reader of the legend must know besides. */
  readonly note?: string;
}

export interface ColumnLabel {
  readonly text: string;
  /** A bar under the text, thick or thin, and what it means. */
  readonly mark?: { readonly isThick: boolean; readonly label: string };
}

export interface HeatMapData {
  /** What the rows are. */
  readonly rowName: string;
  readonly rows: readonly string[];
  readonly columns: readonly ColumnLabel[];
  /** Row by row; NaN where there is no value. [rows, columns] */
  readonly values: Float32Array;
  readonly scale: Scale;
  /** Drawn in a cell that is wide enough; none by default. */
  readonly cellText?: (place: Place) => string;
  /** Whether these texts are numbers, of which the beginning says nothing: drawn where they fit whole. */
  readonly isNumeric?: boolean;
  /** A cell of the table. */
  readonly tableCell: (place: Place) => ComponentChildren;
  /** What a screen reader says of a cell, row and column included. */
  readonly describe: (place: Place) => string;
}
