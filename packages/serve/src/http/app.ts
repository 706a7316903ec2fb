/** The routes of a server, from a web Request to a web Response. */
import { Hono } from "hono";
import { cors } from "hono/cors";
import type { Scheduler } from "../scheduler/submission.ts";
import { checkHost, keyCheck } from "./access.ts";
import { ApiError, errorBody } from "./api-error.ts";
import { checkModelName } from "./completion-request.ts";
import { asApiError, completionsOf } from "./completions.ts";
import type { Metrics } from "./metrics.ts";
import { openApiDocument } from "./openapi.ts";
import { pageOf } from "./page.ts";
import type { TextModel } from "./prompts.ts";
import { readJson } from "./read-body.ts";
import { detokenize, tokenize } from "./tokens.ts";

export interface AppOptions {
  readonly model: TextModel;
  readonly scheduler: Scheduler;
  readonly metrics: Metrics;
  readonly timeLimit: number;
  /** Of tsgpt, for the OpenAPI document. */
  readonly version: string;
  /** Without one the Host header must name this machine. */
  readonly apiKey?: string | undefined;
  /** Origins whose pages may use the server; "*" for all. */
  readonly corsOrigins?: readonly string[] | undefined;
  /** The folder of the explorer's page. */
  readonly page?: string | undefined;
  /** What / says without that page, as HTML. */
  readonly withoutPage?: string | undefined;
  readonly onFault: (error: unknown) => void;
  readonly onPrompt?: ((text: string) => void) | undefined;
}

/** The routes with their methods; "/" stands for the files of the page too. */
export const ROUTES = {
  "/v1/completions": "POST",
  "/v1/models": "GET",
  "/v1/models/:model{.+}": "GET",
  "/tokenize": "POST",
  "/detokenize": "POST",
  "/metrics": "GET",
  "/health": "GET",
  "/ready": "GET",
  "/openapi.json": "GET",
} as const;

/** What probes and readers of the document need no key for. */
const OPEN = ["/health", "/ready", "/openapi.json"];

export function createApp(options: AppOptions): Hono {
  const { model, scheduler, onFault } = options;
  const app = new Hono();
  app.onError((error) => {
    const sent = asApiError(error);
    if (sent !== error && sent.code === "internal_error") onFault(error);
    return errorResponse(sent);
  });
  if (options.corsOrigins) {
    const origin = options.corsOrigins.includes("*") ? "*" : [...options.corsOrigins];
    // without allowHeaders it allows those that a preflight asks for: OpenAI's client sends x-stainless-*
    app.use(cors({ origin, allowMethods: ["GET", "POST"], exposeHeaders: ["Retry-After"] }));
  }
  addAccess(app, options);
  addModelRoutes(app, options);
  app.get("/health", (context) => context.json({ status: "ok" }));
  app.get("/ready", (context) => {
    if (scheduler.status().isClosing)
      throw new ApiError("the server is shutting down", { status: 503, code: "shutting_down" });
    return context.json({ status: "ready", model: model.name });
  });
  app.get("/metrics", async () => {
    const { body, type } = await options.metrics.text();
    return new Response(body, { headers: { "Content-Type": type } });
  });
  app.get("/openapi.json", (context) => context.json(openApiDocument(options.version)));
  addMethodErrors(app);
  app.get("*", pageOf(options.page, options.withoutPage));
  app.notFound(({ req }) => {
    const known = "see /openapi.json for what this server has";
    return errorResponse(
      new ApiError(`there is no ${req.method} ${shortened(req.path)}; ${known}`, { status: 404, code: "not_found" }),
    );
  });
  return app;
}

/** The page's files are public, as the probes are. */
function addAccess(app: Hono, { apiKey }: AppOptions): void {
  if (apiKey === undefined) {
    app.use(async ({ req }, next) => {
      checkHost(req.header("host"));
      await next();
    });
    return;
  }
  const checkKey = keyCheck(apiKey);
  for (const route of Object.keys(ROUTES).filter((route) => !OPEN.includes(route))) {
    app.use(route, async ({ req }, next) => {
      checkKey(req.header("authorization"));
      await next();
    });
  }
}

function addModelRoutes(app: Hono, options: AppOptions): void {
  const { model } = options;
  const complete = completionsOf(options);
  const started = Math.floor(Date.now() / 1000);
  const shown = { id: model.name, object: "model", created: started, owned_by: "tsgpt" };
  app.post("/v1/completions", ({ req }) => complete(req.raw));
  app.get("/v1/models", (context) => context.json({ object: "list", data: [shown] }));
  app.get("/v1/models/:model{.+}", (context) => {
    checkModelName(context.req.param("model"), model.name);
    return context.json(shown);
  });
  app.post("/tokenize", async (context) => context.json(await tokenize(model, await readJson(context.req.raw))));
  app.post("/detokenize", async (context) => context.json(await detokenize(model, await readJson(context.req.raw))));
}

function addMethodErrors(app: Hono): void {
  for (const [route, method] of Object.entries(ROUTES)) {
    app.all(route, ({ req }) => {
      const message = `${shortened(req.path)} takes ${method}, got ${req.method}`;
      const headers = { Allow: method === "GET" ? "GET, HEAD" : method };
      return errorResponse(new ApiError(message, { status: 405, code: "method_not_allowed", headers }));
    });
  }
}

/** The route of a path, for measurements; "/" for the page, "other" for all else. */
export function routeOf(path: string): string {
  if (path === "/" || Object.hasOwn(ROUTES, path)) return path;
  return path.startsWith("/v1/models/") ? "/v1/models/{model}" : "other";
}

function shortened(path: string): string {
  return JSON.stringify(path.slice(0, 80));
}

function errorResponse(error: ApiError): Response {
  return Response.json(errorBody(error), { status: error.status, headers: error.headers });
}
