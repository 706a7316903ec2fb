/**
 * Which shards a process offers: a few at random of those without results, and only while few jobs wait. All shards
 * at once would be a load that grows with the square of the processes; those that are drawn differ between processes,
 * and each is drawn sooner or later, because only shards without results are.
 */
import type { Queue } from "bullmq";
import type { Refusals } from "./refusals.ts";

/** The most shards of an offer. */
export const OFFER = 256;
/** So many waiting jobs are enough; a process that finds none does not wait until it offers. */
export const ENOUGH = OFFER / 2;

type Jobs = Pick<Queue, "addBulk" | "getWaitingCount">;

/** Offers some of the shards that `left` names then, unless enough wait. Does not wait for Redis. */
export type Offer = (left: () => string[]) => void;

/** One offer at a time: a call after the draw of another has one more follow it. */
export function offerTo(queue: Jobs, refusals: Refusals): Offer {
  let [isOffering, isWanted] = [false, false];
  return async function offer(left) {
    isWanted = true;
    if (isOffering) return; // it may wait for a connection
    isOffering = true;
    const onDraw = () => {
      isWanted = false;
    };
    while (isWanted) await fill(queue, left, onDraw).then(refusals.done, refusals.take); // refused: again later
    isOffering = false;
  };
}

async function fill(queue: Jobs, left: () => string[], onDraw: () => void): Promise<void> {
  const waiting = await queue.getWaitingCount().finally(onDraw);
  if (waiting >= ENOUGH) return;
  const opts = { removeOnComplete: true, removeOnFail: true };
  await queue.addBulk(drawn(left(), OFFER).map((jobId) => ({ name: "shard", data: {}, opts: { ...opts, jobId } })));
}

/** So many of the values, or all, in random order. */
function drawn(values: string[], count: number): string[] {
  const most = Math.min(count, values.length);
  for (let i = 0; i < most; i++) {
    const other = i + Math.floor(Math.random() * (values.length - i));
    [values[i], values[other]] = [values[other] as string, values[i] as string];
  }
  return values.slice(0, most);
}
