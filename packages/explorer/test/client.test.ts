/** The page's end of the protocol: what is sent to the worker for a request and its cancellation. */
import { expect, test } from "vitest";
import { type Client, createClient } from "../src/client.ts";
import type { ToWorker } from "../src/protocol.ts";

function connected(): { client: Client; sent: ToWorker[] } {
  const sent: ToWorker[] = [];
  return { client: createClient((message) => sent.push(message)), sent };
}

const STEP = { type: "step", request: 0, asks: { id: 5 } } as const;
const CANCEL = { type: "cancel", request: 0 } as const;

test("a request is cancelled when its signal aborts", () => {
  const { client, sent } = connected();
  const controller = new AbortController();
  void client.ask("step", { id: 5 }, { signal: controller.signal });
  expect(sent).toEqual([STEP]);
  controller.abort();
  expect(sent).toEqual([STEP, CANCEL]);
});

test("a request whose signal has aborted already is cancelled at once", () => {
  const { client, sent } = connected();
  void client.ask("step", { id: 5 }, { signal: AbortSignal.abort() });
  expect(sent).toEqual([STEP, CANCEL]);
});

test("a request that was answered is not cancelled", async () => {
  const { client, sent } = connected();
  const controller = new AbortController();
  const asked = client.ask("back", {}, { signal: controller.signal });
  client.receive([{ type: "result", request: 0, value: "gone back" }]);
  expect(await asked).toBe("gone back");
  controller.abort();
  expect(sent.map(({ type }) => type)).toEqual(["back"]);
});
