/** Workers that lose their Redis: what they have begun is done by others, and they end. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FULL } from "../../../test/setup/sample.ts";
import { LOCK, queueRuns } from "./queue-runs.ts";
import { hasRedis, type RedisProxy, startProxy } from "./redis.ts";

/** After so many milliseconds BullMQ gives up a wait for a job that has no answer, and connects again. */
const WAIT_ENDS = 6000;

describe.skipIf(!FULL || !hasRedis)("a proxy", { timeout: 120_000 }, () => {
  const { at, has, heard, start, results, until, twoAtWork, ended, endWell, isWhole } = queueRuns();
  let proxy: RedisProxy;
  beforeEach(async () => {
    proxy = await startProxy(at.redis.port);
  });
  afterEach(() => proxy.close());

  test("cuts a worker from Redis for longer than its lock", async () => {
    const [one, two] = await twoAtWork(proxy.url);
    proxy.cut();
    await endWell(two);
    proxy.mend();
    await endWell(one);
    await isWhole();
  });

  describe.each<[string, () => unknown]>([
    ["is silent", () => proxy.cut()],
    ["is silent, and has dropped its connections", () => [proxy.cut(), proxy.drop()]],
    ["refuses its connections", () => proxy.close()],
  ])("that %s for good", (_, fail) => {
    test("a worker ends when the others have done its shards", async () => {
      const [one, two] = await twoAtWork(proxy.url);
      await fail();
      await endWell(two);
      await endWell(one);
      await isWhole();
    });

    test("a worker ends that waited for a job when it was lost, and long after", async () => {
      has(["a", "b", "c"]);
      const log = join(at.data, "log");
      const only = { shardBytes: 100 }; // one shard of three lines
      const two = start({ ...only, data: { delay: WAIT_ENDS / 1.4, log } });
      await until(() => existsSync(log)); // the other two lines take longer than the wait
      const slow = { url: proxy.url, lockMilliseconds: 60_000 }; // it looks for stalled jobs so often
      const one = start({ ...only, queue: slow });
      await heard(one, "waiting for 1 of the shards");
      await fail();
      await endWell(two, one);
      await isWhole();
    }, 45_000);

    test("a planned stop ends a worker, and the same run does what is left", async () => {
      const one = start({}, { url: proxy.url });
      await until(() => results().length >= 2);
      await fail();
      await after(3 * LOCK); // it tries to connect again by then
      one.kill("SIGINT");
      expect(await ended(one)).toBe(1);
      await endWell(start());
      await isWhole();
    });
  });
});
