/** What a request is told before it is read, and what it is told of the errors of its sequences. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { ClosedError, createScheduler, QueueFullError, type Scheduler } from "../../src/scheduler/index.ts";
import { eventsOf, MODEL, model, serving } from "./serving.ts";

afterEach(() => void vi.restoreAllMocks());

function servingWith(own: Partial<Scheduler>) {
  return serving({ scheduler: { ...createScheduler(model), ...own } });
}

const fail = (error: Error) => (): never => {
  throw error;
};

describe("a full queue is told", () => {
  test.each([
    [429, new QueueFullError(64, 3)],
    [503, new ClosedError()],
  ])("%s before the body is read", async (expected, error) => {
    const { send } = servingWith({ checkOpen: fail(error) });
    const pull = vi.fn();
    const body = new ReadableStream({ pull }, { highWaterMark: 0 });
    const init = { method: "POST", body, duplex: "half", headers: { "Content-Type": "application/json" } };
    const { status, headers } = await send("/v1/completions", init as RequestInit);
    expect([status, headers.get("retry-after")]).toEqual([expected, expected === 429 ? "3" : null]);
    expect(pull).not.toHaveBeenCalled();
  });

  test("before prompts are tokenized, if it has become full since", async () => {
    const checkOpen = vi.fn(fail(new QueueFullError(64, 3))).mockImplementationOnce((() => {}) as () => never);
    const encode = vi.spyOn(model.tokenizer, "encode");
    const { complete } = servingWith({ checkOpen });
    expect((await complete({ prompt: "The king" })).status).toBe(429);
    expect(encode).not.toHaveBeenCalled();
  });
});

describe("an error that is no fault of the request is 500, and reported", () => {
  const errors = [new RangeError("Array buffer allocation failed"), new RangeError("submit: sample chose id -1")];
  const rejecting = (error: Error) => (request: readonly unknown[]) => request.map(() => Promise.reject(error));
  const hidden = "the server failed to answer; its log has the reason";

  test.each(errors)("of a running sequence: %s", async (error) => {
    const { complete, faults } = servingWith({ submit: rejecting(error) });
    const { status, body } = await complete({});
    expect([status, body.error.message]).toEqual([500, hidden]);
    expect(faults).toEqual([error]);
  });

  test.each(errors)("of a running stream: %s", async (error) => {
    const { complete, faults } = servingWith({ submit: rejecting(error) });
    const { text } = await complete({ stream: true });
    expect(eventsOf(text).at(-1)).toMatchObject({ error: { code: "internal_error", message: hidden } });
    expect(faults).toEqual([error]);
  });

  test("of the submission itself", async () => {
    const error = new RangeError("Maximum call stack size exceeded");
    const { complete, faults } = servingWith({ submit: fail(error) });
    expect((await complete({ model: MODEL })).status).toBe(500);
    expect(faults).toEqual([error]);
  });
});
