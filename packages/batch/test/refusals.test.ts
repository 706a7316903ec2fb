/** A Redis that refuses commands is told from one that is away, and from one that refuses once. */
import { expect, test } from "vitest";
import { countRefusals } from "../src/queues/refusals.ts";

const reply = (message: string, more: object = {}) =>
  Object.assign(new Error(message), { name: "ReplyError", ...more });

function counted() {
  const clock = { time: 0 };
  const said: string[] = [];
  const refusals = countRefusals(
    100,
    (message) => void said.push(message),
    () => clock.time,
  );
  return { clock, said, refusals };
}

test("what is refused for as long as the patience lasts is a failure, and is noted once", () => {
  const { clock, said, refusals } = counted();
  for (; clock.time < 100; clock.time += 20) {
    refusals.take(reply("OOM command not allowed"));
    expect(refusals.lasting()).toBeUndefined();
  }
  refusals.take(reply("OOM command not allowed"));
  expect(refusals.lasting()).toBe("OOM command not allowed");
  expect(said).toEqual(["OOM command not allowed"]);
});

test("a command that is done ends it, and so does a time without refusals", () => {
  const { clock, said, refusals } = counted();
  refusals.take(reply("MISCONF"));
  expect(refusals.isRefusing()).toBe(true);
  refusals.done();
  expect(refusals.isRefusing()).toBe(false);
  clock.time = 100;
  refusals.take(reply("MISCONF"));
  clock.time = 200;
  refusals.take(reply("MISCONF"));
  expect(refusals.lasting()).toBeUndefined();
  expect(said.length).toBe(3);
});

test("a lost connection is no refusal; that of a transaction is its first command's", () => {
  const { said, refusals } = counted();
  refusals.take(new Error("connect ECONNREFUSED"));
  refusals.take(reply("NOSCRIPT No matching script")); // after a restart
  expect(refusals.isRefusing()).toBe(false);
  refusals.take(reply("EXECABORT Transaction discarded", { previousErrors: [reply("READONLY a replica")] }));
  expect(said).toEqual(["READONLY a replica"]);
});
