/** The routes in this process, without a port, over the trained model of the fixtures. */
import type { Model } from "@tsgpt/gpt";
import type { AppOptions } from "../../src/http/app.ts";
import { createApp } from "../../src/http/app.ts";
import { createMetrics } from "../../src/http/metrics.ts";
import type { TextModel } from "../../src/http/prompts.ts";
import { createScheduler, type SchedulerOptions } from "../../src/scheduler/index.ts";
import { loadFairytales } from "../collected.ts";

export const model: Model & TextModel = (await loadFairytales()) as TextModel;
export const MODEL = model.name;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: the bodies of all routes
  readonly body: any;
}

/** Routes with a scheduler of their own, and what they report. */
export function serving(options: Partial<AppOptions> = {}, limits: SchedulerOptions = {}) {
  const scheduler = createScheduler(model, limits);
  const faults: unknown[] = [];
  const prompts: string[] = [];
  const app = createApp({
    model,
    scheduler,
    metrics: createMetrics(scheduler),
    timeLimit: 600,
    version: "1.2.3",
    onFault: (error) => void faults.push(error),
    onPrompt: (text) => void prompts.push(text),
    ...options,
  });
  const send = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const headers = new Headers({ Host: "localhost", ...(init.headers as Record<string, string>) });
    const response = await app.request(path, { ...init, headers });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json");
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
  };
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    send(path, {
      method: "POST",
      body: typeof body === "string" || body instanceof Blob ? body : JSON.stringify(body),
      headers: { "Content-Type": "application/json", ...headers },
    });
  /** The answer to a completion by the served model. */
  const complete = (body: Readonly<Record<string, unknown>>) => post("/v1/completions", { model: MODEL, ...body });
  return { app, scheduler, faults, prompts, send, post, complete };
}

/** The data of server-sent events; the last is "[DONE]". */
export function eventsOf(text: string): unknown[] {
  const events = text.split("\n\n").filter((event) => event !== "");
  return events.map((event) => {
    const data = event.replace(/^data: /, "");
    return data === "[DONE]" ? data : JSON.parse(data);
  });
}
