/** The module of a worker thread of tsgpt batch. */
import { answerShards } from "@tsgpt/batch";
import { makeAnswerer } from "./answerer.ts";
import type { WorkerData } from "./job.ts";

await answerShards((data, index) => makeAnswerer(data as WorkerData, index));
