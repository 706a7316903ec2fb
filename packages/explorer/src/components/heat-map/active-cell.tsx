/** What a screen reader is told of a grid's active cell, which has the focus by name. Not seen: the canvas shows it. */
// biome-ignore-all lint/a11y/useSemanticElements: a canvas shows the cells, a table of thousands would be slow
import type { RefObject } from "preact";
import { useId, useLayoutEffect } from "preact/hooks";
import type { HeatMapData, Place } from "./heat-map-data.ts";

export interface ActiveCellProps {
  readonly grid: RefObject<HTMLElement | null>;
  readonly place: Place;
  readonly data: HeatMapData;
  readonly selected: Place | undefined;
}

export function ActiveCell({ grid, place, data, selected }: ActiveCellProps) {
  const { row, column } = place;
  const id = `${useId()}-${row}-${column}`; // of the place, so that another one is read out
  useLayoutEffect(() => grid.current?.setAttribute("aria-activedescendant", id), [id]);
  return (
    <div class="heat-active" role="row" tabIndex={-1} aria-rowindex={row + 1}>
      <div
        key={id}
        id={id}
        role="gridcell"
        tabIndex={-1}
        aria-colindex={column + 1}
        aria-selected={row === selected?.row && column === selected.column}
      >
        {data.describe(place)}
      </div>
    </div>
  );
}
