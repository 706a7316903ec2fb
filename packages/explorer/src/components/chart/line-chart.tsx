/** A chart of lines, with its table. */

import type { Table } from "../picture/data-table.tsx";
import { Picture } from "../picture/picture.tsx";
import { drawLines, type Lines } from "./draw-lines.ts";

export interface LineChartProps extends Lines {
  /** What a screen reader says of it. */
  readonly label: string;
  /** In CSS pixels. */
  readonly height?: number;
  /** Is called only while the table is shown. */
  readonly table: () => Table;
}

export function LineChart({ label, height = 240, table, ...lines }: LineChartProps) {
  return <Picture label={label} height={height} draw={drawLines(lines)} table={table} />;
}
