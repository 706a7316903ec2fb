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

const text = (description: string): JsonSchema => ({ type: "string", description });
const whole = (description: string): JsonSchema => ({ type: "integer", minimum: 0, description });
const word = (...words: readonly string[]): JsonSchema => ({ type: "string", enum: words });
const about = (schema: JsonSchema, description: string): JsonSchema => ({ ...schema, description });

const created = whole("When, in seconds since 1970.");
const modelId = text("The id of the model.");
const kindOf = (value: string) => ({ type: "string", const: value, description: "What this object is." });

const LOGPROBS = record({
  tokens: about(listOf({ type: "string" }), "The text of each token, or bytes:\\x.. of a part of a character."),
  token_logprobs: about(
    listOf(orNull({ type: "number", maximum: 0 })),
    "ln p of each token under the model; null for the first of a prompt.",
  ),
  top_logprobs: about(
    orNull(listOf(orNull({ type: "object", additionalProperties: { type: "number" } }))),
    "The most probable tokens in the place of each, with their ln p.",
  ),
  text_offset: about(
    listOf({ type: "integer", minimum: 0 }),
    "Where each token begins, in characters from the beginning of the prompt.",
  ),
});

const ERROR = record({
  message: text("The rule that was broken, the value, and what to do."),
  type: text("What kind of error, as in OpenAI's API."),
  param: orNull(text("The field at fault.")),
  code: orNull(text("The error for programs.")),
});

const SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  CompletionRequest: objectSchema(COMPLETION_FIELDS, ["model"], REFUSED_FIELDS),
  Logprobs: LOGPROBS,
  Choice: record({
    text: text("The generated text; with echo after the prompt."),
    index: whole("Which choice: those of the first prompt come first."),
    logprobs: orNull(ref("Logprobs")),
    finish_reason: about(
      orNull(word("stop", "length")),
      "stop: an end-of-text token or a stop string; length: max_tokens or the context; null: the stream goes on.",
    ),
  }),
  Usage: record({
    prompt_tokens: whole("Tokens of all prompts."),
    completion_tokens: whole("Generated tokens of all choices."),
    total_tokens: whole("The sum of both."),
  }),
  Completion: record(
    {
      id: text("The id of the answer; the same in all events of a stream."),
      object: kindOf("text_completion"),
      created,
      model: modelId,
      choices: about(listOf(ref("Choice")), "The choices; in a stream, a piece of one."),
      usage: orNull(ref("Usage")),
    },
    ["usage"],
  ),
  Model: record({ id: modelId, object: kindOf("model"), created, owned_by: text("Always tsgpt.") }),
  ModelList: record({ object: kindOf("list"), data: about(listOf(ref("Model")), "The one model that is served.") }),
  TokenizeRequest: objectSchema(TOKENIZE_FIELDS, ["text"]),
  Tokens: record({
    ids: about(listOf({ type: "integer", minimum: 0 }), "The token ids."),
    tokens: about(listOf({ type: "string" }), "The text of each token, or bytes:\\x.. of a part of a character."),
    count: whole("How many they are."),
  }),
  DetokenizeRequest: objectSchema(DETOKENIZE_FIELDS, ["ids"]),
  Text: record({ text: text("The text; invalid UTF-8 becomes U+FFFD.") }),
  Status: record({ status: text("ok or ready."), model: modelId }, ["model"]),
  Error: record({ error: ERROR }),
};

const json = (schema: JsonSchema) => ({ "application/json": { schema } });
const failure = (description: string) => ({ description, content: json(ref("Error")) });
/** Of every route: what is refused before it is looked at. */
const ANYWHERE = {
  "403": failure("The Host header is another machine's name, and there is no API key."),
  "405": failure("The path takes another method; Allow names it."),
  "408": failure("The request came too slowly."),
  "417": failure("The Expect header is not 100-continue."),
  "431": failure("The headers are larger than 16 KiB."),
};
const GUARDED = { "401": failure("The API key is missing or wrong.") };
const FAILURES = {
  "400": failure("The body breaks a rule, which the message names, or the time limit has passed."),
  ...GUARDED,
  "413": failure("The body is larger than 1 MiB."),
  "415": failure("The body is not application/json."),
};
const open = { security: [] };

function get(summary: string, schema: JsonSchema, others: JsonSchema = {}): JsonSchema {
  return {
    summary,
    responses: { "200": { description: "The answer.", content: json(schema) }, ...ANYWHERE, ...others },
  };
}

function post(summary: string, body: string, content: JsonSchema, others: JsonSchema = {}): JsonSchema {
  return {
    summary,
    requestBody: { required: true, content: json(ref(body)) },
    responses: { "200": { description: "The answer.", content }, ...FAILURES, ...ANYWHERE, ...others },
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

const MODEL_PARAMETER = { name: "model", in: "path", required: true, schema: text("The id of the model.") };

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
      "/metrics": {
        get: { summary: "Measurements for Prometheus", responses: { "200": METRICS, ...ANYWHERE, ...GUARDED } },
      },
      "/health": { get: { ...get("Whether the process answers", ref("Status")), ...open } },
      "/ready": {
        get: {
          ...get("Whether it takes requests", ref("Status"), { "503": failure("It is shutting down.") }),
          ...open,
        },
      },
      "/openapi.json": { get: { ...get("This document", { type: "object" }), ...open } },
      "/": {
        get: { summary: "The explorer's page", responses: { "200": PAGE, "416": NO_RANGE, ...ANYWHERE }, ...open },
      },
    },
    components: {
      schemas: SCHEMAS,
      securitySchemes: { key: { type: "http", scheme: "bearer", description: "Only if the server has an API key." } },
    },
  };
}

const PAGE = {
  description: "The page, or a sentence if it has not been built.",
  content: { "text/html": { schema: { type: "string" } } },
};
const NO_RANGE = failure("The Range header names no byte of the file.");
const METRICS = { description: "The measurements.", content: { "text/plain": { schema: { type: "string" } } } };
