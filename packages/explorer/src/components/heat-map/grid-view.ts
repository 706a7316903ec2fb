/** The scrolled element of a heat map: what is in view, and where it is scrolled. */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Place } from "./heat-map-data.ts";
import { type Layout, scrolledTo, type View } from "./layout.ts";
import { createSurface, type Surface } from "./surface.ts";

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

export const isAtEnd = ({ scrollLeft, clientWidth, scrollWidth }: Element): boolean =>
  scrollLeft + clientWidth >= scrollWidth - 1;

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
 * Begins with the selected cell in view. While the last column is in view, it stays there as the map grows: what is returned
 * says so.
 */
export function useFollowing(
  grid: RefObject<HTMLElement | null>,
  layout: Layout,
  { viewWidth }: GridSize,
  selected: Place | undefined,
): { current: boolean } {
  const follows = useRef<boolean | undefined>(undefined);
  useLayoutEffect(() => {
    const element = grid.current as HTMLElement;
    if (viewWidth === 0) return;
    if (follows.current === undefined) {
      reveal(element, layout, selected ?? { row: 0, column: 0 });
      follows.current = isAtEnd(element);
    } else if (follows.current) element.scrollLeft = layout.width;
  }, [layout.width, viewWidth]);
  return follows as { current: boolean };
}
