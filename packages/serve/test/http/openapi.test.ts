/** The OpenAPI document: valid, complete, and true of what the server accepts and answers. */
import { Validator } from "@seriousme/openapi-schema-validator";
import { dialects, STEP_FLAGS } from "@tsgpt/sampling";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { FULL } from "../../../../test/setup/sample.ts";
import { ROUTES } from "../../src/http/app.ts";
import { snakeCase } from "../../src/http/sampling-fields.ts";
import { bodies } from "./bodies.ts";
import { eventsOf, MODEL, serving } from "./serving.ts";

const { send, complete, post } = serving();
const { body: document } = await send("/openapi.json");

const ajv = new Ajv2020({ strict: false });
ajv.addSchema({ $id: "api", ...document });

/** What an answer breaks of the schema of that name. */
function problems(name: string, value: unknown) {
  const validate = ajv.getSchema(`api#/components/schemas/${name}`);
  return validate?.(value) ? [] : (validate?.errors ?? [`there is no schema ${name}`]);
}

test("it is valid OpenAPI 3.1", async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(document));
  expect(errors ?? []).toEqual([]);
  expect(valid).toBe(true);
  expect(validator.version).toBe("3.1");
  expect(document.info.version).toBe("1.2.3");
});

test("it has every route with its method, and no other", () => {
  const shown = Object.entries(document.paths).map(([path, methods]) => [path, Object.keys(methods as object)]);
  const routes = Object.entries(ROUTES).map(([route, method]) => [
    route.replace(/:(\w+)\{.*/, "{$1}"),
    [method.toLowerCase()],
  ]);
  expect(shown).toEqual([...routes, ["/", ["get"]]]);
});

test("it has a field for every option of every step, and the dialects", () => {
  const { properties } = document.components.schemas.CompletionRequest;
  const names = Object.keys(properties);
  expect(STEP_FLAGS.map(({ name }) => snakeCase(name)).filter((name) => !names.includes(name))).toEqual([]);
  expect(properties.dialect.anyOf[0].enum).toEqual(dialects);
  expect(properties.max_tokens).toMatchObject({ default: 16 });
});

/** The paths of all properties without a description, in all schemas. */
function undescribed(schema: unknown, path: string): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { properties } = schema as { properties?: Readonly<Record<string, { description?: string; $ref?: string }>> };
  const own = Object.entries(properties ?? {}).flatMap(([name, property]) => {
    const { description, anyOf = [] } = property as { description?: string; anyOf?: { $ref?: string }[] };
    const isKnown = description !== undefined || anyOf.some((one) => one.$ref !== undefined || "description" in one);
    return isKnown || "error" === name ? [] : [`${path}.${name}`];
  });
  const inner = Object.entries(schema).flatMap(([name, each]) => undescribed(each, `${path}.${name}`));
  return [...own, ...inner];
}

test("every field has a description, and those with a default show it", () => {
  const { schemas } = document.components;
  expect(undescribed(schemas, "")).toEqual([]);
  const { properties } = schemas.CompletionRequest;
  const defaults = Object.entries<{ default?: unknown }>(properties).filter(([, field]) => "default" in field);
  expect(Object.fromEntries(defaults.map(([name, field]) => [name, field.default]))).toEqual({
    ...{ temperature: 1, top_p: 1, frequency_penalty: 0, presence_penalty: 0, dialect: "openai", prompt: "" },
    ...{ max_tokens: 16, n: 1, stream: false, echo: false, ignore_eos: false, min_tokens: 0 },
  });
});

test("every route shows what is refused before it is looked at", () => {
  for (const methods of Object.values<object>(document.paths)) {
    for (const { responses } of Object.values(methods)) {
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(["403", "405", "408", "431"]));
    }
  }
});

test("the answers are as it says", async () => {
  const full = await complete({ prompt: "The king", logprobs: 2, echo: true, max_tokens: 2 });
  expect(problems("Completion", full.body)).toEqual([]);
  const options = { stream: true, stream_options: { include_usage: true }, logprobs: 0 };
  const { text } = await complete({ prompt: "The king", ...options });
  for (const event of eventsOf(text).slice(0, -1)) expect(problems("Completion", event)).toEqual([]);
  expect(problems("Error", (await complete({ n: 0 })).body)).toEqual([]);
  expect(problems("ModelList", (await send("/v1/models")).body)).toEqual([]);
  expect(problems("Model", (await send(`/v1/models/${MODEL}`)).body)).toEqual([]);
  expect(problems("Tokens", (await post("/tokenize", { text: "a b" })).body)).toEqual([]);
  expect(problems("Text", (await post("/detokenize", { ids: [5, 6] })).body)).toEqual([]);
  expect(problems("Status", (await send("/health")).body)).toEqual([]);
  expect(problems("Status", (await send("/ready")).body)).toEqual([]);
});

test("a body that it refuses is refused", async () => {
  let refused = 0;
  for (const body of bodies(FULL ? 2000 : 80, 3)) {
    if (problems("CompletionRequest", body).length === 0) continue;
    refused++;
    const { status } = await post("/v1/completions", body);
    expect([body, status]).toEqual([body, expect.toSatisfy((code: number) => code >= 400 && code < 500)]);
  }
  expect(refused).toBeGreaterThan(20);
});
