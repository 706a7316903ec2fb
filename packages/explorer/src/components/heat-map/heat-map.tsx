/** A matrix as a heat map or as a table: the button under it changes between them, and so does the key T. */
import "./heat-map.css";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { strings } from "../../strings.ts";
import { CellTable } from "./cell-table.tsx";
import { HeatGrid, type HeatGridProps } from "./heat-grid.tsx";
import type { Place } from "./heat-map-data.ts";
import { Legend } from "./legend.tsx";

export type HeatMapProps = Omit<HeatGridProps, "active" | "onActive">;

export function HeatMap(props: HeatMapProps) {
  const { label, data, selected } = props;
  const figure = useRef<HTMLElement>(null);
  const byKey = useRef(false);
  const [isTable, setTable] = useState(false);
  const [active, setActive] = useState<Place | undefined>(undefined);
  useLayoutEffect(() => {
    if (byKey.current) figure.current?.querySelector<HTMLElement>("[tabindex='0']")?.focus();
    byKey.current = false;
  }, [isTable]);
  const onKeyDown = ({ key, ctrlKey, metaKey, altKey }: KeyboardEvent) => {
    if (key.toLowerCase() !== "t" || ctrlKey || metaKey || altKey) return;
    byKey.current = true;
    setTable(!isTable);
  };
  return (
    <figure ref={figure} class="heat-map" onKeyDown={onKeyDown}>
      {isTable ? (
        <CellTable label={label} data={data} start={active ?? selected} />
      ) : (
        <HeatGrid {...props} active={active} onActive={setActive} />
      )}
      <figcaption class="heat-caption">
        <Legend scale={data.scale} />
        <button type="button" onClick={() => setTable(!isTable)}>
          {isTable ? strings.picture : strings.table}
        </button>
      </figcaption>
    </figure>
  );
}
