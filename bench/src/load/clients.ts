/** Clients of a load: over HTTP, as a program would use the server, and of a scheduler in this process. */
import { createSampler, createWorkspace, presetChain } from "@tsgpt/sampling";
import type { Scheduler } from "@tsgpt/serve/scheduler";
import type { Client } from "./timeline.ts";

/**
 * A client of /v1/completions, for the first model that the server lists: streams, and takes the number of tokens from
 * the usage at the end.
 */
export async function httpClient(url: string): Promise<Client> {
  const { data: models } = (await (await fetch(`${url}/v1/models`)).json()) as ModelList;
  const model = models[0]?.id;
  return async ({ ids, maxTokens, seed }, onPiece) => {
    const usage = { stream: true, stream_options: { include_usage: true } };
    const body = JSON.stringify({ model, prompt: ids, max_tokens: maxTokens, seed, ignore_eos: true, ...usage });
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${url}/v1/completions`, { method: "POST", headers, body });
    if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
    let tokens = 0;
    for await (const data of eventsOf(response.body)) {
      const event = JSON.parse(data) as StreamEvent;
      if (event.error) throw new Error(event.error.message);
      if (event.choices.some(({ text }) => text !== "")) onPiece();
      tokens = event.usage?.completion_tokens ?? tokens;
    }
    return tokens;
  };
}

interface ModelList {
  readonly data: readonly { readonly id: string }[];
}

interface StreamEvent {
  readonly choices: readonly { readonly text: string }[];
  readonly usage?: { readonly completion_tokens: number } | null;
  readonly error?: { readonly message: string };
}

/** The data of server-sent events, up to "[DONE]". @throws Error if the stream ends before it */
async function* eventsOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of body) {
    text += decoder.decode(bytes, { stream: true });
    const events = text.split("\n\n");
    text = events.pop() as string;
    for (const event of events) {
      const data = event.replace(/^data: /, "");
      if (data === "[DONE]") return;
      yield data;
    }
  }
  throw new Error("the stream ended without [DONE]");
}

/** The same requests without HTTP, sampled as the server does by default. */
export function schedulerClient(scheduler: Scheduler): Client {
  const chain = presetChain("openai");
  const workspace = createWorkspace();
  return async ({ ids, maxTokens, seed }, onPiece) => {
    let tokens = 0;
    const onToken = () => {
      tokens++;
      onPiece();
    };
    const sample = createSampler(chain, { seed, workspace });
    await Promise.all(scheduler.submit([{ ids, maxTokens, sample, ignoreEos: true, onToken }]));
    return tokens;
  };
}
