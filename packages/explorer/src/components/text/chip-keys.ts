/** Where a key moves the focus among chips, which are in lines as words are. */

/** Of a chip; the unit does not matter. */
export interface Box {
  readonly top: number;
  readonly left: number;
  readonly width: number;
}

/** The index of the chip that a key moves to; undefined for a key that moves nowhere. */
export function moved(key: string, from: number, count: number, boxOf: (index: number) => Box): number | undefined {
  const last = count - 1;
  const to: Readonly<Record<string, () => number>> = {
    ArrowLeft: () => Math.max(0, from - 1),
    ArrowRight: () => Math.min(last, from + 1),
    ArrowUp: () => inNextLine(from, -1, count, boxOf),
    ArrowDown: () => inNextLine(from, 1, count, boxOf),
    Home: () => 0,
    End: () => last,
  };
  return to[key]?.();
}

/** The chip of the line above or below that is closest; `from` if there is no such line. */
function inNextLine(from: number, step: 1 | -1, count: number, boxOf: (index: number) => Box): number {
  const start = boxOf(from);
  let best = from;
  let line: number | undefined;
  for (let at = from + step; at >= 0 && at < count; at += step) {
    const box = boxOf(at);
    if (box.top === start.top) continue;
    line ??= box.top;
    if (box.top !== line) break;
    if (best === from || distance(box, start) < distance(boxOf(best), start)) best = at;
  }
  return best;
}

const distance = (a: Box, b: Box): number => Math.abs(a.left + a.width / 2 - b.left - b.width / 2);
