/**
 * The cells of a heat map as a grid: one tab stop, moved by the keyboard. The canvas is as large as what is in view and
 * stays there; a box of the size of the whole map makes it scroll. A screen reader is told of the active cell, the only
 * one that is in the document.
 */
// biome-ignore-all lint/a11y/useSemanticElements: a canvas shows the cells, a table of thousands would be slow
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { scheme } from "../picture/colors.ts";
import { ActiveCell } from "./active-cell.tsx";
import { inside, moved } from "./grid-keys.ts";
import { reveal, useFollowing, useFrame, useNear, useSurface, viewOf } from "./grid-view.ts";
import type { HeatMapData, Place } from "./heat-map-data.ts";
import { type Layout, layoutOf, placeAt } from "./layout.ts";

export interface HeatGridProps {
  readonly label: string;
  readonly data: HeatMapData;
  /** In font sizes, the least and the most; at least 24 pixels. */
  readonly cellWidth: readonly [least: number, most: number];
  readonly selected: Place | undefined;
  readonly onSelect: (place: Place) => void;
  /** Where the keyboard is, if it was moved. */
  readonly active: Place | undefined;
  readonly onActive: (place: Place | undefined) => void;
}

export function HeatGrid(props: HeatGridProps) {
  const { label, data, cellWidth, selected, active, onActive } = props;
  const grid = useRef<HTMLDivElement>(null);
  const { surface, size } = useSurface(grid);
  const [hasFocus, setFocus] = useState(false);
  const counts = { rows: data.rows.length, columns: data.columns.length };
  const labelWidth = useMemo(() => surface?.widest(data.rows, size.fontSize) ?? 0, [surface, data.rows, size.fontSize]);
  const layout = layoutOf({ ...counts, ...size, labelWidth, cellWidth });
  const place = inside(active ?? selected ?? { row: 0, column: 0 }, counts);
  const { follow, noteScroll } = useFollowing(grid, layout, { selected, columns: counts.columns });
  const draw = useFrame(() => {
    if (!surface || size.viewWidth === 0) return;
    follow();
    if (!isNear.current) return; // drawn when it comes near
    const sketch = { data, layout, view: viewOf(grid.current as HTMLDivElement), fontSize: size.fontSize, selected };
    surface.draw({ ...sketch, active: hasFocus ? place : undefined });
  });
  const isNear = useNear(grid, draw);
  void scheme.value; // drawn again when it changes
  const known = useRef(selected);
  useEffect(() => {
    const isOther = known.current?.row !== selected?.row || known.current?.column !== selected?.column;
    known.current = selected;
    if (isOther && !hasFocus) onActive(undefined); // the keyboard begins at what is selected
  });
  const onScroll = () => {
    noteScroll();
    draw();
  };
  return (
    <div
      ref={grid}
      class="heat-grid"
      role="grid"
      tabIndex={0}
      aria-label={label}
      aria-rowcount={counts.rows}
      aria-colcount={counts.columns}
      onKeyDown={(event) => press(event, props, layout, place)}
      onClick={(event) => click(event, props, layout)}
      onScroll={onScroll}
      onFocus={() => setFocus(true)}
      onBlur={() => setFocus(false)}
    >
      <div class="heat-size" style={{ width: `${layout.width}px`, height: `${layout.height}px` }}>
        <canvas />
        {counts.rows > 0 && counts.columns > 0 && <ActiveCell grid={grid} place={place} {...props} />}
      </div>
    </div>
  );
}

type GridEvent<Type> = Type & { readonly currentTarget: HTMLElement };

function press(
  event: GridEvent<KeyboardEvent>,
  { data, onActive, onSelect }: HeatGridProps,
  layout: Layout,
  place: Place,
) {
  const { currentTarget: grid, key, ctrlKey, metaKey } = event;
  const page = Math.max(1, Math.floor((grid.clientHeight - layout.top) / layout.cellHeight));
  const size = { rows: data.rows.length, columns: data.columns.length, page };
  const next = moved(ctrlKey || metaKey ? `Ctrl+${key}` : key, place, size);
  if (next) {
    onActive(next);
    reveal(grid, layout, next);
  } else if (key === "Enter" || key === " ") onSelect(place);
  else return;
  event.preventDefault();
}

function click(
  { currentTarget: grid, clientX, clientY }: GridEvent<MouseEvent>,
  { onActive, onSelect }: HeatGridProps,
  layout: Layout,
) {
  const { x, y } = grid.getBoundingClientRect();
  const place = placeAt(layout, viewOf(grid), clientX - x, clientY - y);
  if (!place) return;
  onActive(place);
  onSelect(place);
}
