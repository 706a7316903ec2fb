/** What a process offers a queue: few at a time, all sooner or later; the queue is made up. */
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { ENOUGH, OFFER, offerTo } from "../src/queues/offers.ts";
import { countRefusals } from "../src/queues/refusals.ts";

type Added = Parameters<Parameters<typeof offerTo>[0]["addBulk"]>[0];

function fake(waiting = 0) {
  const added: string[][] = [];
  const refusals = countRefusals(1000, () => {});
  const queue = {
    isRefusing: false,
    waiting,
    getWaitingCount: async () => queue.waiting,
    addBulk: async (jobs: Added) => {
      if (queue.isRefusing) throw Object.assign(new Error("OOM"), { name: "ReplyError" });
      added.push(jobs.map(({ opts }) => opts?.jobId as string));
      return [];
    },
  };
  return { queue, added, refusals, offer: offerTo(queue, refusals) };
}

const names = (count: number) => Array.from({ length: count }, (_, i) => `${i}`);

test("an offer is a few of many shards, each once, and others than those of another process", async () => {
  const [one, two] = [fake(), fake()];
  one.offer(() => names(100_000));
  two.offer(() => names(100_000));
  await turn();
  const [[first = []], [second = []]] = [one.added, two.added];
  expect([first.length, new Set(first).size, second.length]).toEqual([OFFER, OFFER, OFFER]);
  expect(second.filter((name) => first.includes(name)).length).toBeLessThan(20); // 0.7 are expected
});

test("few shards are all offered", async () => {
  const { added, offer } = fake();
  offer(() => names(5));
  await turn();
  expect(added.map((ids) => ids.sort())).toEqual([names(5)]);
});

test("every shard is offered sooner or later, when what was offered is done", async () => {
  const { added, offer } = fake();
  const left = new Set(names(1000));
  for (let i = 0; left.size > 0 && i < 4; i++) {
    offer(() => [...left]);
    await turn();
    for (const name of added.at(-1) ?? []) left.delete(name);
  }
  expect(left.size).toBe(0);
});

test("nothing is offered while enough jobs wait", async () => {
  const { queue, added, offer } = fake(ENOUGH);
  offer(() => names(5));
  await turn();
  expect(added).toEqual([]);
  queue.waiting = ENOUGH - 1;
  offer(() => names(5));
  await turn();
  expect(added).toHaveLength(1);
});

test("calls during an offer have one more follow it, with what is left then; those before its draw none", async () => {
  const { queue, added, offer } = fake();
  let left = names(3);
  const again = () => offer(() => [...left]);
  for (let i = 0; i < 3; i++) again();
  left = ["3"];
  await turn();
  expect(added).toEqual([["3"]]);
  const { addBulk } = queue;
  queue.addBulk = (jobs) => {
    queue.addBulk = addBulk;
    for (let i = 0; i < 3; i++) again();
    left = ["5"];
    return addBulk(jobs);
  };
  left = ["4"];
  again();
  await turn();
  expect(added).toEqual([["3"], ["4"], ["5"]]);
});

test("what is refused is counted, and can be offered again", async () => {
  const { queue, added, refusals, offer } = fake();
  queue.isRefusing = true;
  offer(() => names(3));
  await turn();
  expect([refusals.isRefusing(), added.length]).toEqual([true, 0]);
  queue.isRefusing = false;
  offer(() => names(3));
  await turn();
  expect([refusals.isRefusing(), added.length]).toEqual([false, 1]);
});
