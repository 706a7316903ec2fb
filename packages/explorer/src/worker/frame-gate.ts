/** Opens at most once a frame, so that a fast worker does not flood the page with progress. */

/** Milliseconds. */
export const FRAME = 1000 / 60;

/** True if a frame has passed since it last was. */
export function frameGate(now: () => number = () => performance.now()): () => boolean {
  let opened = Number.NEGATIVE_INFINITY;
  return () => {
    const time = now();
    if (time - opened < FRAME) return false;
    opened = time;
    return true;
  };
}
