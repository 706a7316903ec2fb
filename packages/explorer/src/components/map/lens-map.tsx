/** The map: what each layer would predict at each token, and what was computed for it. */
import { columns, mapError, row, select } from "../../state/map.ts";
import { position } from "../../state/selection.ts";
import { computedFrom, tokens } from "../../state/text.ts";
import { strings } from "../../strings.ts";
import { HeatMap } from "../heat-map/heat-map.tsx";
import { CellDetails } from "./cell-details.tsx";
import { lensData } from "./lens-data.ts";
import "./map.css";

export function LensMap() {
  const count = tokens.value.length;
  const cached = Math.min(computedFrom.value, count);
  return (
    <>
      <p class="hint">{strings.map.hint}</p>
      <HeatMap
        label={strings.map.label}
        data={lensData.value}
        cellWidth={[5, 8]}
        selected={{ row: row.value, column: position.value }}
        onSelect={({ row, column }) => select(row, column)}
      />
      <p class="map-counts">
        <span class="map-computed">{strings.map.computedCount(count - cached)}</span>
        <span class="map-cached">{strings.map.cachedCount(cached)}</span>
        <span style={{ visibility: columns.value.length < count ? "visible" : "hidden" }}>
          {strings.map.progress(columns.value.length, count)}
        </span>
      </p>
      <CellDetails />
      {mapError.value && <p class="problem">{mapError.value}</p>}
    </>
  );
}
