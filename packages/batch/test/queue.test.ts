/** Batches dealt out by Redis, through ten failures and many kills: after each, every line has one entry, in order. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FULL } from "../../../test/setup/sample.ts";
import { emptyFolder } from "../../cli/test/process.ts";
import { OFFER } from "../src/queues/offers.ts";
import { LOCK, queueRuns } from "./queue-runs.ts";
import { hasRedis, startRedis } from "./redis.ts";

describe.skipIf(!FULL || !hasRedis)("every line is answered once, in order, after", { timeout: 120_000 }, () => {
  const { at, has, saidBy, start, results, until, twoAtWork, ended, endWell, isWhole } = queueRuns();

  test("a worker is killed within a shard", async () => {
    const [one, two] = await twoAtWork();
    one.kill("SIGKILL");
    await endWell(two);
    await isWhole();
  });

  test("a worker is stopped, and continued beyond its lock", async () => {
    const [one, two] = await twoAtWork();
    one.kill("SIGSTOP");
    await endWell(two); // it has done the shard of the other
    await isWhole();
    const before = results().map((name) => readFileSync(join(at.folder, name), "utf8"));
    one.kill("SIGCONT");
    await endWell(one);
    expect(results().map((name) => readFileSync(join(at.folder, name), "utf8"))).toEqual(before);
  });

  test("Redis is restarted", async () => {
    const [one, two] = await twoAtWork();
    await at.redis.kill();
    at.redis = await startRedis(at.data, at.redis.port);
    await endWell(one, two);
    await isWhole();
  });

  test("Redis is lost with its data, and the command is run again", async () => {
    const [one, two] = await twoAtWork();
    one.kill("SIGKILL");
    two.kill("SIGKILL");
    await at.redis.kill();
    at.redis = await startRedis(emptyFolder(), at.redis.port);
    await endWell(start());
    await isWhole();
  });

  test("Redis is lost with its data under running workers, which offer the shards again", async () => {
    const [one, two] = await twoAtWork();
    await at.redis.kill();
    at.redis = await startRedis(emptyFolder(), at.redis.port);
    await endWell(one, two);
    await isWhole();
  });

  test("a disk is full, and has space again", async () => {
    has(Array.from({ length: 60 }, (_, i) => (i === 30 ? "long ".repeat(8000) : `line ${i}`)));
    const limited = start({}, { delay: 0, shell: "ulimit -f 64" }); // 64 blocks of 512 bytes: all but one shard fit
    const said = saidBy.get(limited);
    expect(await ended(limited)).toBe(1);
    expect(await said).toMatch(
      /cannot write .*: EFBIG: file too large, write; make space and start the same run again/,
    );
    expect(readdirSync(join(at.folder, "partial"))).toEqual([]);
    await endWell(start());
    await isWhole();
  });

  test("a line is poisoned", async () => {
    has(Array.from({ length: 60 }, (_, i) => (i % 10 === 3 ? "bad" : `line ${i}`)));
    await endWell(start(), start());
    await isWhole(6);
  });

  /** Sends Redis a command; its answer. */
  async function tell(command: string): Promise<string> {
    const socket = connect(at.redis.port, "127.0.0.1");
    socket.end(`${command}\r\n`);
    let answer = "";
    for await (const piece of socket) answer += piece;
    return answer;
  }

  test.each([
    [
      "CONFIG SET maxmemory 1",
      /refuses: OOM .*; give Redis more memory.*has refused for 5 s: OOM .*, or omit the queue/s,
    ],
    [
      "ACL SETUSER default -evalsha -eval",
      /refuses: NOPERM .*; give its user all rights.*has refused for 5 s: NOPERM/s,
    ],
    ["REPLICAOF 127.0.0.1 9", /refuses: READONLY .*; give the address of the primary.*has refused for 5 s: READONLY/s],
  ])("Redis answers, but refuses: %s; and again when it does not", async (command, message) => {
    await tell(command);
    const one = start();
    const said = saidBy.get(one);
    expect(await ended(one)).toBe(1);
    expect(await said).toMatch(message);
    for (const end of ["ACL SETUSER default +@all", "CONFIG SET maxmemory 0", "REPLICAOF NO ONE"]) await tell(end);
    await endWell(start());
    await isWhole();
  });

  test("each process offers a few of the shards, and others when none waits: no one waits for the lock", async () => {
    has(Array.from({ length: 800 }, (_, i) => `${i}`));
    const slow = { queue: { url: at.redis.url, lockMilliseconds: 60_000 }, shardBytes: 1 };
    const one = start(slow, { delay: 0 });
    await until(() => results().length >= 1);
    expect(Number((await tell("DBSIZE")).slice(1))).toBeLessThan(OFFER + 20); // some keys are the queue's own
    const two = start(slow, { delay: 0 });
    await endWell(one, two); // within the time of the test
    await isWhole();
  }, 30_000);

  test("a batch that is done leaves nothing in Redis, though a process was killed", async () => {
    const [one, two, three] = [start(), start(), start()];
    await until(() => results().length >= 2);
    one.kill("SIGKILL");
    await endWell(two, three);
    expect(await tell("KEYS *")).toBe("*0\r\n");
    await isWhole();
  });

  test("a planned stop gives its shard back at once: another does not wait for the lock", async () => {
    const slow = { queue: { url: at.redis.url, lockMilliseconds: 60_000 } };
    has(["a", "hang once", "b"]);
    const log = join(at.data, "log");
    const one = start({ ...slow, shardBytes: 1, data: { log } });
    await until(() => existsSync(log) && readFileSync(log, "utf8").includes("hang"));
    const two = start({ ...slow, shardBytes: 1, data: { log } });
    const said = saidBy.get(two);
    await until(() => results().length >= 2);
    one.kill("SIGINT");
    expect(await ended(one)).toBe(1);
    await endWell(two); // within the time of the test, which one lock is longer than
    await said;
    await isWhole();
  }, 30_000);

  test("jobs are added again, while they are answered and when they are done", async () => {
    const log = join(emptyFolder(), "log");
    const one = start({ data: { delay: 5, log } });
    await until(() => results().length >= 2);
    const again = start({ data: { delay: 5, log } }); // offers all that has no results yet
    await endWell(one, again);
    const answered = readFileSync(log, "utf8");
    expect(answered.trimEnd().split("\n").sort()).toEqual([...at.lines].sort()); // none was even computed twice
    await isWhole();
    await endWell(start({ data: { delay: 5, log } }));
    expect(readFileSync(log, "utf8")).toBe(answered);
  });

  test("two producers begin at once, and both take part", async () => {
    const logs = [0, 1].map((i) => join(at.data, `log ${i}`));
    const both = logs.map((log) => start({ data: { delay: 20, log } }));
    expect(await Promise.all(both.map(ended))).toEqual([0, 0]);
    await isWhole();
    const parts = logs.map((log) => readFileSync(log, "utf8").trimEnd().split("\n"));
    expect(parts.map(({ length }) => length > 1)).toEqual([true, true]);
    expect(parts.flat().sort()).toEqual([...at.lines].sort());
  });

  test("passes take longer than the lock, which the main thread renews: none is given to another", async () => {
    has(["a", "b", "c", "d"]);
    const log = join(at.data, "log");
    const more = { shardBytes: 4, data: { delay: 2 * LOCK, log } };
    expect(await Promise.all([start(more), start(more)].map(ended))).toEqual([0, 0]);
    expect(readFileSync(log, "utf8").trimEnd().split("\n").sort()).toEqual(at.lines);
    await isWhole();
  });

  test("two workers, one of which is killed at random 12 times: 100,000 lines", { timeout: 300_000 }, async () => {
    has(Array.from({ length: 100_000 }, (_, i) => `${i}`));
    const more = { shardBytes: 2048 };
    const fast = { delay: 0 };
    let [one, two] = [start(more, fast), start(more, fast)];
    for (let i = 0; i < 12; i++) {
      const goal = results().length + 3 + ((i * 7) % 5);
      await until(() => results().length >= goal || one.exitCode !== null);
      two.kill("SIGKILL");
      [one, two] = [start(more, fast), one];
    }
    expect(await Promise.all([one, two].map(ended))).toEqual([0, 0]);
    await isWhole();
  });
});
