/**
 * Several streams against one: tokens per second of a scheduler with as many sequences at once, and with one. Both
 * alternate, so that changes in memory bandwidth affect both.
 */
import type { Model } from "@tsgpt/gpt";
import { createScheduler } from "@tsgpt/serve/scheduler";
import { schedulerClient } from "./clients.ts";
import { randomRequests } from "./requests.ts";
import { summarize } from "./summary.ts";
import { closedLoop } from "./timeline.ts";

export interface StreamOptions {
  readonly streams: number;
  readonly promptTokens: number;
  readonly newTokens: number;
  readonly rounds: number;
  readonly onRound: (round: number) => void;
}

/** Tokens per second, one number per round. */
export interface StreamSpeeds {
  readonly dtype: string;
  readonly streams: number;
  readonly one: readonly number[];
  readonly several: readonly number[];
}

export async function compareStreams(model: Model, options: StreamOptions): Promise<StreamSpeeds> {
  const { streams, rounds, onRound } = options;
  const [one, several]: [number[], number[]] = [[], []];
  for (let round = -1; round < rounds; round++) {
    onRound(round);
    const alone = await tokensPerSecond(model, options, { count: 1, round });
    const together = await tokensPerSecond(model, options, { count: streams, round });
    if (round < 0) continue; // to warm up
    one.push(alone);
    several.push(together);
  }
  return { dtype: model.parameters.wte.dtype, streams, one, several };
}

async function tokensPerSecond(
  model: Model,
  { promptTokens, newTokens }: StreamOptions,
  { count, round }: { readonly count: number; readonly round: number },
): Promise<number> {
  const { vocabSize } = model.config;
  const lengths = { promptTokens: [promptTokens, promptTokens], newTokens: [newTokens, newTokens] } as const;
  const requests = randomRequests(count, { vocabSize, sharedTokens: 0, ...lengths }, round + 2);
  const scheduler = createScheduler(model, { maxRunning: count });
  const timelines = await closedLoop(schedulerClient(scheduler), requests, count);
  await scheduler.close(0);
  const { failure, tokensPerSecond: speed } = summarize(timelines);
  if (failure !== undefined) throw new Error(failure);
  return speed;
}
