/** A server: a model, a scheduler, the routes, and a port. */
import { checkModel, type Model } from "@tsgpt/gpt";
import { type Checks, checkOptions, objectWith, required, strings } from "@tsgpt/numeric";
import type { CloseReport, Scheduler } from "../scheduler/submission.ts";
import { isLoopback, isOrigin } from "./access.ts";
import { createApp, routeOf } from "./app.ts";
import { listen, type ResponseReport } from "./listen.ts";
import { createMetrics } from "./metrics.ts";
import type { TextModel } from "./prompts.ts";

/** What is served, and to whom. */
export interface ServeOptions {
  readonly scheduler: Scheduler;
  /** Of tsgpt, for the OpenAPI document. */
  readonly version: string;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Seconds that a request may take, as the scheduler has it: for messages. */
  readonly timeLimit: number;
  /** Whoever sends it may use the server; needed on any address but loopback. */
  readonly apiKey?: string | undefined;
  /** Origins whose pages may use the server; "*" for all. */
  readonly corsOrigins?: readonly string[] | undefined;
  /** The folder of the explorer's page. */
  readonly page?: string | undefined;
  /** What / says without that page, as HTML. */
  readonly withoutPage?: string | undefined;
  /** Receives each response when it has ended. */
  readonly onResponse?: ((report: ResponseReport) => void) | undefined;
  /** Receives an error of the server itself, whose text is not sent. */
  readonly onFault: (error: unknown) => void;
  /** Receives each prompt. */
  readonly onPrompt?: ((text: string) => void) | undefined;
}

/** A server that listens. */
export interface Server {
  readonly url: string;
  /** Refuses further requests, finishes the accepted ones within the grace period, and ends the rest. */
  close(graceMilliseconds: number): Promise<CloseReport>;
}

const CHECKS: Checks<ServeOptions> = {
  scheduler: required(objectWith("a scheduler", "checkOpen", "submit", "status", "close")),
  version: required("string"),
  host: required("string"),
  port: required("number"),
  timeLimit: required("number"),
  apiKey: "string",
  corsOrigins: strings,
  page: "string",
  withoutPage: "string",
  onResponse: "function",
  onFault: required("function"),
  onPrompt: "function",
};

/** Milliseconds for clients to take the end of what was generated, after the time limit or the grace period. */
const LAST_BYTES = 1000;
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Serves a model.
 * @throws RangeError for an invalid option, a model without a tokenizer, an origin that is none, or an address that
 * others can reach without an API key; Error with a code if the port cannot be listened on
 */
export async function serve(model: Model, options: ServeOptions): Promise<Server> {
  checkOptions("serve", options, CHECKS);
  checkModel("serve", model);
  const { scheduler, host, port, apiKey, onResponse } = options;
  if (!hasTokenizer(model)) {
    throw new RangeError(`serve: model "${model.name}" has no tokenizer, so it has no text to answer with`);
  }
  if (apiKey === undefined && !isLoopback(host)) {
    throw new RangeError(`serve: others can reach the address ${host}: give an API key, or use 127.0.0.1`);
  }
  const noOrigin = options.corsOrigins?.find((origin) => !isOrigin(origin));
  if (noOrigin !== undefined) {
    const example = 'such as "http://localhost:3000", without a path or a slash at its end, or "*"';
    throw new RangeError(`serve: corsOrigins must be origins, ${example}; got ${JSON.stringify(noOrigin)}`);
  }
  const metrics = createMetrics(scheduler);
  const app = createApp({ ...options, model, metrics });
  const listening = await listen({
    host,
    port,
    fetch: (request) => app.fetch(request),
    responseTimeout: Math.min(options.timeLimit * 1000 + LAST_BYTES, LONGEST_TIMER),
    onResponse: (report) => {
      metrics.request(routeOf(report.path), report.status, report.seconds);
      onResponse?.(report);
    },
  });
  const close = async (grace: number): Promise<CloseReport> => {
    listening.stopListening();
    const report = await scheduler.close(grace);
    await listening.end(LAST_BYTES);
    return report;
  };
  return { url: listening.url, close };
}

function hasTokenizer(model: Model): model is TextModel {
  return model.tokenizer !== undefined;
}
