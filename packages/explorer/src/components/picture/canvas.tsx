/** A canvas as wide as its place, as sharp as the screen, drawn again when its size, its colors or its data change. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Colors, colorsOf, scheme } from "./colors.ts";

/** Sizes are in CSS pixels. */
export type Draw = (context: CanvasRenderingContext2D, size: { width: number; height: number }, colors: Colors) => void;

export interface CanvasProps {
  /** What a screen reader says of it; without it, nothing. */
  readonly label?: string;
  /** May follow the width. */
  readonly height: number | ((width: number) => number);
  readonly draw: Draw;
}

export function Canvas({ label, height: ownHeight, draw }: CanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const height = typeof ownHeight === "number" ? ownHeight : ownHeight(width);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(canvas.current?.parentElement as Element);
    return () => observer.disconnect();
  }, []);
  const changes = scheme.value;
  useLayoutEffect(
    () => paint(canvas.current as HTMLCanvasElement, width, height, draw),
    [width, height, draw, changes],
  );
  const role = label === undefined ? { "aria-hidden": true } : ({ role: "img", "aria-label": label } as const);
  return <canvas ref={canvas} {...role} style={{ width: `${width}px`, height: `${height}px` }} />;
}

function paint(canvas: HTMLCanvasElement, width: number, height: number, draw: Draw): void {
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  context.scale(devicePixelRatio, devicePixelRatio);
  if (width > 0) draw(context, { width, height }, colorsOf(canvas));
}
