/**
 * The worker: it has the engine, the model and the text. In a worker, because the page would not react while the model
 * computes, and because only a worker may wait for the threads of the engine.
 */
import type { ToWorker } from "../protocol.ts";
import { createAnswerer } from "./answer.ts";
import { createHandlers } from "./handlers.ts";

const answer = createAnswerer(createHandlers(), (said, transfer) => postMessage(said, { transfer }));

self.onmessage = ({ data }: MessageEvent<ToWorker>) => void answer(data);
