/**
 * The worker: loads a model and generates text. In a worker, because the page would not react while the model computes,
 * and because only a worker may wait for the threads of the engine.
 */
import { generate, loadModel, type Model } from "@tsgpt/gpt";
import { createSampler, presetChain } from "@tsgpt/sampling";
import type { FromWorker, ToWorker } from "./messages.ts";

let model: Model | undefined;
let task = new AbortController(); // the load or generation in progress, if any

const send = (message: FromWorker) => postMessage(message);

self.onmessage = async ({ data }: MessageEvent<ToWorker>) => {
  task.abort();
  if (data.type === "stop") return;
  task = new AbortController();
  const { signal } = task;
  try {
    if (data.type === "load") await load(data.source, signal);
    else await write(data, signal);
  } catch (error) {
    if (!signal.aborted) send({ type: "error", message: (error as Error).message });
  }
};

async function load(source: string | readonly File[], signal: AbortSignal): Promise<void> {
  model?.engine.dispose();
  model = undefined;
  model = await loadModel(source, {
    signal,
    onProgress: ({ loaded, total }) => send({ type: "progress", loaded, total }),
    onNote: (note) => send({ type: "note", note }),
  });
  const { name, engine } = model;
  send({ type: "ready", name, kernels: engine.kernelSet, threads: engine.threads });
}

type Request = Extract<ToWorker, { readonly type: "generate" }>;

async function write({ prompt, seed, maxTokens }: Request, signal: AbortSignal): Promise<void> {
  if (!model) throw new Error("there is no model yet");
  const start = performance.now();
  const sample = createSampler(presetChain("lecture"), { seed });
  const onHeldText = (text: string) => send({ type: "text", text });
  let tokens = 0;
  for await (const { text } of generate(model, prompt, { sample, maxTokens, signal, onHeldText })) {
    tokens++;
    send({ type: "text", text });
  }
  const seconds = (performance.now() - start) / 1000;
  if (signal === task.signal) send({ type: "done", tokens, seconds, stopped: signal.aborted });
}
