/** The map as a matrix: rows are layers, columns are tokens. */
import { computed } from "@preact/signals";
import { formatProbability } from "../../format.ts";
import type { LikelyToken, Token } from "../../protocol/text.ts";
import { columns, depthOf, layers } from "../../state/map.ts";
import { computedFrom, tokens } from "../../state/text.ts";
import { strings } from "../../strings.ts";
import type { ColumnLabel, HeatMapData, Place, Scale } from "../heat-map/heat-map-data.ts";
import { markedText } from "./marked-text.ts";
import { tableCell } from "./table-cell.tsx";

const SCALE: Scale = { least: 0, most: 1, stops: ["paper", "accent"], format: (value) => `${value * 100}%` };

const rows = computed(() => Array.from({ length: layers.value + 2 }, (_, row) => strings.map.row(row, layers.value)));

const labels = computed(() =>
  tokens.value.map(({ text }, position): ColumnLabel => {
    const isThick = position >= computedFrom.value;
    return { text: markedText(text), mark: { isThick, label: isThick ? strings.map.computed : strings.map.cached } };
  }),
);

/** The likeliest token of a cell; undefined until it is computed. */
const cellAt = ({ row, column }: Place): LikelyToken | undefined => columns.value[column]?.cells[depthOf(row)];

const values = computed(() => {
  const width = tokens.value.length;
  const matrix = new Float32Array(rows.value.length * width).fill(Number.NaN); // [L + 2, T]
  for (const [column, { cells }] of columns.value.entries()) {
    for (const row of rows.value.keys()) matrix[row * width + column] = cells[depthOf(row)]?.probability ?? Number.NaN;
  }
  return matrix;
});

export const lensData = computed(
  (): HeatMapData => ({
    rowName: strings.map.rowName,
    rows: rows.value,
    columns: labels.value,
    values: values.value,
    scale: SCALE,
    cellText: (place) => markedText(cellAt(place)?.text ?? ""),
    tableCell: (place) => tableCell(cellAt(place)),
    describe,
  }),
);

function describe(place: Place): string {
  const { row, column } = place;
  const best = cellAt(place);
  const token = strings.map.token(column, tokens.value[column] as Token);
  const prediction = best
    ? `${strings.map.quoted(best.text)}, ${formatProbability(best.probability)}`
    : strings.map.pending;
  return `${rows.value[row]}, ${token}: ${prediction}; ${labels.value[column]?.mark?.label}`;
}
