/** One head over the whole text: queries down, keys across. A choice opens the number. */

import { keyOf } from "@tsgpt/gpt";
import { useMemo } from "preact/hooks";
import { formatBriefScore, formatBriefShare, formatFour } from "../../format.ts";
import type { AttentionMap as Attention } from "../../protocol/inside.ts";
import { attention, isFirstHidden, mapOf } from "../../state/block.ts";
import { openNumber } from "../../state/drawer.ts";
import { chosenPosition, head, layer, position } from "../../state/selection.ts";
import { tokens } from "../../state/text.ts";
import { strings } from "../../strings.ts";
import { HeatMap } from "../heat-map/heat-map.tsx";
import type { HeatMapData } from "../heat-map/heat-map-data.ts";
import { markedText } from "../map/marked-text.ts";

export function AttentionMap() {
  const map = attention.value.value;
  const [of, hidesFirst] = [mapOf.value, isFirstHidden.value];
  const data = useMemo(
    () => (map ? dataOf(map, of, hidesFirst && map.size > 1 ? 1 : 0) : undefined),
    [map, of, hidesFirst],
  );
  if (!data) return null;
  const first = data.rows.length - data.columns.length;
  return (
    <div>
      <h3>{strings.block.map(layer.value, head.value)}</h3>
      <div class="block-choice">
        <label class="field">
          {strings.block.shows}
          <select value={of} onChange={({ currentTarget }) => (mapOf.value = currentTarget.value as typeof of)}>
            <option value="pattern">{strings.block.pattern}</option>
            <option value="scores">{strings.block.scores}</option>
          </select>
        </label>
        <label>
          <input
            type="checkbox"
            checked={hidesFirst}
            onChange={({ currentTarget }) => (isFirstHidden.value = currentTarget.checked)}
          />{" "}
          {strings.block.hideFirst}
        </label>
      </div>
      <HeatMap
        label={strings.block.mapLabel(of)}
        data={data}
        cellWidth={[2, 5]}
        selected={{ row: position.value, column: position.value - first }}
        onSelect={({ row, column }) => {
          chosenPosition.value = row;
          openNumber({ tensor: keyOf(of, layer.value), index: [head.value, row, column + first] });
        }}
      />
    </div>
  );
}

/** In a cell that is as wide as five characters. */
const brief = { pattern: formatBriefShare, scores: formatBriefScore } as const;

/** Columns from `first` on. During a run, the text has become longer than the map. */
function dataOf({ values, size }: Attention, of: "scores" | "pattern", first: number): HeatMapData {
  const text = tokens.peek();
  const texts = Array.from({ length: size }, (_, i) => markedText(text[i]?.text ?? ""));
  const shown = new Float32Array(size * (size - first)).fill(Number.NaN);
  for (let t = first; t < size; t++) {
    shown.set(values.subarray(t * size + first, t * size + t + 1), t * (size - first)); // without the masked ones
  }
  const at = (row: number, column: number) => shown[row * (size - first) + column] as number;
  const shownValue = (row: number, column: number) =>
    column + first > row ? strings.block.masked : formatFour(at(row, column));
  return {
    rowName: strings.block.query,
    rows: texts,
    columns: texts.slice(first).map((text) => ({ text })),
    values: shown,
    scale: {
      ...(of === "pattern" ? weightScale(shown) : scoreScale(shown)),
      stops: ["paper", "accent"],
      format: formatFour,
    },
    cellText: ({ row, column }) => (column + first > row ? "" : brief[of](at(row, column))),
    isNumeric: true,
    tableCell: ({ row, column }) => shownValue(row, column),
    describe: ({ row, column }) =>
      strings.block.cell(texts[row] ?? "", texts[column + first] ?? "", shownValue(row, column)),
  };
}

/** Scores that are all the same, as an intervention can make them, have the first color. */
function scoreScale(values: Float32Array): Pick<HeatMapData["scale"], "least" | "most"> {
  const { least, most } = rangeOf(values);
  return { least, most: most > least ? most : least + 1 };
}

/** Most weights are small: up to the largest that is shown, by square roots. */
function weightScale(values: Float32Array): Omit<HeatMapData["scale"], "stops" | "format"> {
  return { least: 0, most: rangeOf(values).most || 1, isRoot: true, note: strings.block.weightLegend };
}

/** The smallest and the largest number; a loop, because a call for each of 262,144 cells would be seen. */
function rangeOf(values: Float32Array): Pick<HeatMapData["scale"], "least" | "most"> {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < least) least = value; // not true of NaN
    if (value > most) most = value;
  }
  return { least, most };
}
