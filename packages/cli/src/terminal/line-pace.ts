/** When a long task says how far it is: first, at each tenth, at the end, and where nothing else shows it, by time. */

const INTERVAL = 10_000; // milliseconds

/** Whether a line is due, at this share of the task from 0 to 1; `byTime` for a line every ten seconds as well. */
export function linePace(byTime: boolean, now: () => number = () => performance.now()): (share: number) => boolean {
  let tenth = -1;
  let next = 0;
  return (share) => {
    const reached = Math.floor(10 * share + 1e-9); // 0.7 * 10 may be below 7
    const isDue = reached > tenth || (byTime && now() >= next);
    if (!isDue) return false;
    tenth = reached;
    next = now() + INTERVAL;
    return true;
  };
}
