/** The lock: one holder, the others wait; a dead one's is taken over within 2 seconds, a living one's never. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withLock } from "../src/lock.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tsgpt-lock-"));
  path = join(folder, "deep/er.lock");
});
afterEach(() => rmSync(folder, { recursive: true }));

const deadPid = () => spawnSync(process.execPath, ["-e", ""]).pid;

/** A lock as a process leaves it that was killed. */
async function leave(holder: object | string): Promise<void> {
  await withLock(path, async () => {}); // makes the folder
  writeFileSync(path, typeof holder === "string" ? holder : JSON.stringify(holder));
}

async function secondsToTake(): Promise<number> {
  const start = performance.now();
  expect(await withLock(path, async () => "mine")).toBe("mine");
  return (performance.now() - start) / 1000;
}

test("two at once take turns, and the second is told that it waits", async () => {
  const order: string[] = [];
  const first = withLock(path, async () => {
    order.push("first");
    await wait(150);
    order.push("first is done");
  });
  await wait(20);
  await withLock(path, async () => void order.push("second"), { onWait: () => order.push("waits") });
  await first;
  expect(order).toEqual(["first", "waits", "first is done", "second"]);
  expect(readdirSync(join(folder, "deep"))).toEqual([]);
});

test("it is given back when the task fails", async () => {
  await expect(withLock(path, () => Promise.reject(new Error("task")))).rejects.toThrow("task");
  expect(existsSync(path)).toBe(false);
});

test.each<[string, () => object | string]>([
  ["of a process that was killed", () => ({ id: "x", host: hostname(), pid: deadPid() })],
  ["of another machine's process that is silent", () => ({ id: "x", host: "elsewhere", pid: 1 })],
  ["that was killed while it was written", () => ""],
])("a lock %s is taken over within 2 seconds", async (_, holder) => {
  await leave(holder());
  expect(await secondsToTake()).toBeLessThan(2);
  expect(readdirSync(join(folder, "deep"))).toEqual([]);
});

test("of several that would take a dead one's over, one at a time has it", async () => {
  await leave({ id: "x", host: hostname(), pid: deadPid() });
  let holders = 0;
  const task = async () => {
    expect(++holders).toBe(1);
    await wait(20);
    holders--;
  };
  await Promise.all(Array.from({ length: 5 }, () => withLock(path, task)));
});

test("a takeover that was killed midway holds up the next for ten seconds at most", async () => {
  await leave({ id: "x", host: hostname(), pid: deadPid() });
  const takeover = `${path}.takeover`;
  writeFileSync(takeover, "");
  const before = new Date(Date.now() - 11_000);
  utimesSync(takeover, before, before);
  expect(await secondsToTake()).toBeLessThan(2);
  expect(readdirSync(join(folder, "deep"))).toEqual([]);
});

test("a living process's is not taken, however long it says nothing", async () => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  await leave({ id: "x", host: hostname(), pid: child.pid });
  const controller = new AbortController();
  const taking = withLock(path, async () => "taken", { signal: controller.signal });
  await wait(1000);
  controller.abort();
  await expect(taking).rejects.toMatchObject({ name: "AbortError" });
  child.kill("SIGKILL");
  expect(await secondsToTake()).toBeLessThan(2);
});

test("one that is renewed is not taken, whatever is known of its process: it may be in a container", async () => {
  await leave({ id: "x", host: hostname(), pid: deadPid() });
  const renewal = setInterval(() => utimesSync(path, new Date(), new Date()), 50);
  const controller = new AbortController();
  const taking = withLock(path, async () => "taken", { signal: controller.signal });
  await wait(1000);
  clearInterval(renewal);
  controller.abort();
  await expect(taking).rejects.toMatchObject({ name: "AbortError" });
});

test("who has lost it to another is aborted, and leaves the other's alone", async () => {
  const task = async (signal: AbortSignal) => {
    writeFileSync(path, JSON.stringify({ id: "other", host: "elsewhere", pid: 1 }));
    await wait(5000, undefined, { signal }).catch(() => signal.throwIfAborted());
  };
  await expect(withLock(path, task)).rejects.toThrow(/another process took over while this one was suspended/);
  expect(JSON.parse(readFileSync(path, "utf8")).id).toBe("other");
});
