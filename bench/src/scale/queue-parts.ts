/** What Redis does for a batch, as the model wants it: per shard, per process and minute, per shard offered again. */
import type { QueueParts } from "./model.ts";
import { countIdle, countQueue, countWaiting } from "./parts.ts";
import { type RedisCounts, totalCalls } from "./redis.ts";

/** Shards without results while a process waits; it offers all of them again every 30 seconds, for they are few. */
export const LEFT = 120;
const OFFERS_PER_MINUTE = 2;

export interface QueueCounts {
  readonly perShard: RedisCounts;
  /** Per minute, with one shard left, and with many. */
  readonly waiting: RedisCounts;
  readonly offering: RedisCounts;
  /** Per minute without any client: Redis's own timers. */
  readonly idle: RedisCounts;
}

/** The waiting processes are in the middle of a shard, side by side, for so many seconds. */
export async function countRedis(folder: string, seconds: number): Promise<QueueCounts> {
  const perShard = await countQueue(folder);
  const counts = [countWaiting(folder, 1, seconds), countWaiting(folder, LEFT, seconds), countIdle(seconds)];
  const [waiting, offering, idle] = (await Promise.all(counts)) as [RedisCounts, RedisCounts, RedisCounts];
  return { perShard, waiting, offering, idle };
}

export function queueParts({ perShard, waiting, offering, idle }: QueueCounts): QueueParts {
  const offers = (LEFT - 1) * OFFERS_PER_MINUTE;
  return {
    secondsPerShard: Math.max(0, perShard.seconds),
    callsPerShard: totalCalls(perShard),
    bytesPerShard: perShard.bytesIn,
    secondsPerMinute: Math.max(0, waiting.seconds - idle.seconds),
    callsPerMinute: totalCalls(waiting),
    bytesPerMinute: waiting.bytesIn,
    secondsPerOffer: Math.max(0, offering.seconds - waiting.seconds) / offers,
    callsPerOffer: Math.max(0, totalCalls(offering) - totalCalls(waiting)) / offers,
    bytesPerOffer: Math.max(0, offering.bytesIn - waiting.bytesIn) / offers,
  };
}
