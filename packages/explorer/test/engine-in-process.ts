/** In place of src/state/engine.ts, for tests of the page's state: the worker's handlers in this process. */
import { computed, signal } from "@preact/signals";
import { createClient } from "../src/client.ts";
import type { ModelPlace } from "../src/protocol/model.ts";
import type { ModelState } from "../src/state/engine.ts";
import { createAnswerer } from "../src/worker/answer.ts";
import { createHandlers } from "../src/worker/handlers.ts";

const answer = createAnswerer(createHandlers(), (message, transfer) =>
  client.receive(structuredClone(message, { transfer })),
);
const client = createClient((message) => void answer(structuredClone(message)));

export const ask = client.ask;
export const model = signal<ModelState>({ phase: "loading", progress: undefined });
export const info = computed(() => (model.value.phase === "ready" ? model.value.info : undefined));

/** There is the fixture's already. */
export async function loadModel(): Promise<void> {}

export async function load(url: string): Promise<void> {
  model.value = { phase: "ready", info: await ask("load", { url } satisfies ModelPlace) };
}
