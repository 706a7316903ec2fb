/** Answers that follow the page: what is kept of them, and when they are forgotten. */
import { signal } from "@preact/signals";
import { expect, test, vi } from "vitest";
import { live } from "../src/state/live.ts";

const worker = vi.hoisted(() => ({ ask: vi.fn() }));
vi.mock("../src/state/engine.ts", async () => {
  const { signal } = await import("@preact/signals");
  return { ask: worker.ask, info: signal({}) };
});

const answers = () => worker.ask.mockImplementation(async (_, { id }) => ({ id }));
const fails = () => worker.ask.mockRejectedValueOnce(new Error("no such token"));

test("an error takes the place of the former answer, and the next answer that of the error", async () => {
  answers();
  const id = signal(1);
  const { value, error } = live("token", () => ({ id: id.value }));
  await expect.poll(() => value.value).toEqual({ id: 1 });
  fails();
  id.value = 2;
  await expect.poll(() => error.value).toBe("no such token");
  expect(value.value).toBeUndefined();
  id.value = 3;
  await expect.poll(() => value.value).toEqual({ id: 3 });
  expect(error.value).toBeUndefined();
});

test.each([
  { isKept: false, last: undefined },
  { isKept: true, last: { id: 1 } },
])("while nothing is asked, the answer is kept: $isKept", async ({ isKept, last }) => {
  answers();
  const id = signal<number | undefined>(1);
  const question = () => (id.value === undefined ? undefined : { id: id.value });
  const { value } = live("token", question, { isCancelled: false, isKept });
  await expect.poll(() => value.value).toEqual({ id: 1 });
  id.value = undefined;
  expect(value.value).toEqual(last);
});

test("an answer that comes when nothing is asked any more is forgotten", async () => {
  let answer: (token: object) => void = () => {};
  worker.ask.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
  const id = signal<number | undefined>(1);
  const { value } = live("token", () => (id.value === undefined ? undefined : { id: id.value }));
  id.value = undefined;
  answer({ id: 1 });
  await Promise.resolve();
  await Promise.resolve();
  expect(value.value).toBeUndefined();
});
