/** The OpenAPI document: the routes, and the bodies by the fields that check them. */
import { COMPLETION_FIELDS, REFUSED_FIELDS } from "./completion-fields.ts";
import { type JsonSchema, objectSchema } from "./field.ts";
import { DETOKENIZE_FIELDS, TOKENIZE_FIELDS } from "./tokens.ts";

const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
const listOf = (items: JsonSchema): JsonSchema => ({ type: "array", items });
const orNull = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: "null" }] });
const record = (properties: Readonly<Record<string, JsonSchema>>, optional: readonly string[] = []): JsonSchema => ({
  type: "object",
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});

const [text, whole, number] = [{ type: "string" }, { type: "integer", minimum: 0 }, { type: "number" }] as const;

const SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  CompletionRequest: objectSchema(COMPLETION_FIELDS, ["model"], REFUSED_FIELDS),
  Logprobs: record({
    tokens: listOf(text),
    token_logprobs: listOf(orNull(number)),
    top_logprobs: orNull(listOf(orNull({ type: "object", additionalProperties: number }))),
    text_offset: listOf(whole),
  }),
  Choice: record({
    text,
    index: whole,
    logprobs: orNull(ref("Logprobs")),
    finish_reason: orNull({ type: "string", enum: ["stop", "length"] }),
  }),
  Usage: record({ prompt_tokens: whole, completion_tokens: whole, total_tokens: whole }),
  Completion: record(
    {
      id: text,
      object: { type: "string", const: "text_completion" },
      created: whole,
      model: text,
      choices: listOf(ref("Choice")),
      usage: orNull(ref("Usage")),
    },
    ["usage"],
  ),
  Model: record({ id: text, object: { type: "string", const: "model" }, created: whole, owned_by: text }),
  ModelList: record({ object: { type: "string", const: "list" }, data: listOf(ref("Model")) }),
  TokenizeRequest: objectSchema(TOKENIZE_FIELDS, ["text"]),
  Tokens: record({ ids: listOf(whole), tokens: listOf(text), count: whole }),
  DetokenizeRequest: objectSchema(DETOKENIZE_FIELDS, ["ids"]),
  Text: record({ text }),
  Status: record({ status: text, model: text }, ["model"]),
  Error: record({ error: record({ message: text, type: text, param: orNull(text), code: orNull(text) }) }),
};

const json = (schema: JsonSchema) => ({ "application/json": { schema } });
const failure = (description: string) => ({ description, content: json(ref("Error")) });
const GUARDED = { "401": failure("The API key is missing or wrong.") };
const FAILURES = {
  "400": failure("The body breaks a rule; the message names it."),
  ...GUARDED,
  "413": failure("The body is larger than 1 MiB."),
  "415": failure("The body is not application/json."),
};
const open = { security: [] };

function get(summary: string, schema: JsonSchema, others: JsonSchema = {}): JsonSchema {
  return { summary, responses: { "200": { description: "The answer.", content: json(schema) }, ...others } };
}

function post(summary: string, body: string, content: JsonSchema, others: JsonSchema = {}): JsonSchema {
  return {
    summary,
    requestBody: { required: true, content: json(ref(body)) },
    responses: { "200": { description: "The answer.", content }, ...FAILURES, ...others },
  };
}

const COMPLETIONS = post(
  "Continue a prompt",
  "CompletionRequest",
  {
    ...json(ref("Completion")),
    "text/event-stream": {
      schema: { type: "string", description: "With stream: events whose data are Completion objects, then [DONE]." },
    },
  },
  {
    "404": failure("There is no such model."),
    "429": failure("The queue is full; Retry-After says when to try again."),
    "503": failure("The server is shutting down."),
  },
);

const MODEL_PARAMETER = { name: "model", in: "path", required: true, schema: text };

/** The document, OpenAPI 3.1. */
export function openApiDocument(version: string): JsonSchema {
  return {
    openapi: "3.1.0",
    info: { title: "The server of tsgpt", version, description: "OpenAI's completions API, on a model of your own." },
    servers: [{ url: "/" }],
    security: [{ key: [] }],
    paths: {
      "/v1/completions": { post: COMPLETIONS },
      "/v1/models": { get: get("List the models", ref("ModelList"), GUARDED) },
      "/v1/models/{model}": {
        get: {
          ...get("Describe a model", ref("Model"), { ...GUARDED, "404": failure("There is no such model.") }),
          parameters: [MODEL_PARAMETER],
        },
      },
      "/tokenize": { post: post("Turn a text into token ids", "TokenizeRequest", json(ref("Tokens"))) },
      "/detokenize": { post: post("Turn token ids into a text", "DetokenizeRequest", json(ref("Text"))) },
      "/metrics": { get: { summary: "Measurements for Prometheus", responses: { "200": METRICS, ...GUARDED } } },
      "/health": { get: { ...get("Whether the process answers", ref("Status")), ...open } },
      "/ready": {
        get: {
          ...get("Whether it takes requests", ref("Status"), { "503": failure("It is shutting down.") }),
          ...open,
        },
      },
      "/openapi.json": { get: { ...get("This document", { type: "object" }), ...open } },
    },
    components: {
      schemas: SCHEMAS,
      securitySchemes: { key: { type: "http", scheme: "bearer", description: "Only if the server has an API key." } },
    },
  };
}

const METRICS = { description: "The measurements.", content: { "text/plain": { schema: text } } };
