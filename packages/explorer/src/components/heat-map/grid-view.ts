/** The scrolled element of a heat map: what is in view, and where it is scrolled. */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Place } from "./heat-map-data.ts";
import { type Layout, scrolledTo, type View } from "./layout.ts";
import { createSurface, type Surface } from "./surface.ts";

/** A grid is drawn up to this share of the window's size outside it, to be ready when scrolled into view. */
const NEAR = "50%";

export interface GridSize {
  readonly viewWidth: number;
  readonly fontSize: number;
}

export function viewOf({ scrollLeft, scrollTop, clientWidth, clientHeight }: Element): View {
  return { x: scrollLeft, y: scrollTop, width: clientWidth, height: clientHeight };
}

/** Scrolls until a cell is seen whole. */
export function reveal(grid: Element, layout: Layout, place: Place): void {
  Object.assign(grid, scrolledTo(layout, viewOf(grid), place));
}

/** The surface on the grid's canvas, once it is there, and the grid's size; rendered again when that changes. */
export function useSurface(grid: RefObject<HTMLElement | null>): { surface: Surface | undefined; size: GridSize } {
  const surface = useRef<Surface | undefined>(undefined);
  const [size, setSize] = useState<GridSize & { readonly height: number }>({ viewWidth: 0, fontSize: 16, height: 0 });
  useLayoutEffect(() => {
    const element = grid.current as HTMLElement;
    surface.current = createSurface(element.querySelector("canvas") as HTMLCanvasElement);
    const measure = () => {
      const fontSize = Number.parseFloat(getComputedStyle(element).fontSize);
      setSize({ viewWidth: element.clientWidth, fontSize, height: element.clientHeight });
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { surface: surface.current, size };
}

/**
 * Scrolls to the selected cell, at first and when another is selected, and to the end while the last column is in view,
 * so that it stays there as the map grows. To be called before a drawing.
 */
export function useFollowing(
  grid: RefObject<HTMLElement | null>,
  layout: Layout,
  { selected, columns }: { readonly selected: Place | undefined; readonly columns: number },
) {
  const shown = useRef<Place & { readonly isLast: boolean }>(undefined);
  const follows = useRef<boolean | undefined>(undefined);
  const drawnWidth = useRef(0);
  /** The map may have grown since it was scrolled: the end is that of what was drawn. */
  const noteScroll = () => {
    const { scrollLeft, clientWidth, scrollWidth } = grid.current as HTMLElement;
    follows.current = scrollLeft + clientWidth >= Math.min(scrollWidth, drawnWidth.current) - 1;
  };
  const follow = () => {
    drawnWidth.current = layout.width;
    if (follows.current) (grid.current as HTMLElement).scrollLeft = layout.width;
    const place = selected ?? { row: 0, column: 0 };
    const isLast = place.column >= columns - 1;
    const before = shown.current;
    shown.current = { ...place, isLast };
    const isSameColumn = before?.column === place.column || (before?.isLast && isLast); // or the text grew
    const isSame = before?.row === place.row && isSameColumn;
    if (isSame && follows.current !== undefined) return;
    reveal(grid.current as HTMLElement, layout, place);
    noteScroll();
  };
  return { noteScroll, follow };
}

/** Calls what was given last in the frame after each rendering, and when it is asked to: once a frame at most. */
export function useFrame(draw: () => void): () => void {
  const last = useRef(draw);
  const request = useRef(0);
  last.current = draw;
  const schedule = () => {
    request.current ||= requestAnimationFrame(() => {
      request.current = 0;
      last.current();
    });
  };
  useLayoutEffect(schedule);
  useLayoutEffect(() => () => cancelAnimationFrame(request.current), []);
  return schedule;
}

/** Whether the grid is in view, or nearly; calls `onChange` when that changes. */
export function useNear(grid: RefObject<HTMLElement | null>, onChange: () => void): RefObject<boolean> {
  const isNear = useRef(true);
  useLayoutEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => {
        isNear.current = entries.at(-1)?.isIntersecting ?? true;
        onChange();
      },
      { rootMargin: NEAR },
    );
    observer.observe(grid.current as HTMLElement);
    return () => observer.disconnect();
  }, []);
  return isNear;
}
