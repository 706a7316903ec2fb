/** The OpenAPI document: valid, complete, and true of what the server accepts and answers. */
import { Validator } from "@seriousme/openapi-schema-validator";
import { dialects, STEP_FLAGS } from "@tsgpt/sampling";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { FULL } from "../../../../test/setup/sample.ts";
import { ROUTES } from "../../src/http/app.ts";
import { COMPLETION_FIELDS } from "../../src/http/completion-fields.ts";
import { type Field, readFields } from "../../src/http/field.ts";
import { snakeCase } from "../../src/http/sampling-fields.ts";
import { DETOKENIZE_FIELDS, TOKENIZE_FIELDS } from "../../src/http/tokens.ts";
import { bodies, STRANGE } from "./bodies.ts";
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

const BORDERS = [-1e308, -129, -2.5, -1, -1e-9, 0, 1e-9, 0.5, 1, 1.5, 2, 20, 21, 128, 129, 2 ** 53 - 1, 2 ** 53, 1e308];
const LENGTHS = [1, 4, 5, 16, 17, 128, 129].flatMap((length) => [Array(length).fill("a"), Array(length).fill([1])]);
const WORDS = ["all", "generated", "left", "hf", "a".repeat(250), "💡".repeat(251), "a".repeat(1000), "a".repeat(1001)];
const OBJECTS = [{ include_usage: null }, { include_usage: true }, { include_usage: 1 }, { "5": null }, { "05": 1 }];

test.each([
  ["CompletionRequest", COMPLETION_FIELDS],
  ["TokenizeRequest", TOKENIZE_FIELDS],
  ["DetokenizeRequest", DETOKENIZE_FIELDS],
])("the fields of %s take the values that their schemas allow, and no others", (name, fields) => {
  const { properties, required } = document.components.schemas[name];
  for (const [field, own] of Object.entries<Field>(fields)) {
    const validate = ajv.compile(properties[field]);
    const rules = { required: required.filter((other: string) => other === field) };
    const isTaken = (value: unknown) => {
      try {
        return readFields({ [field]: value }, { [field]: own }, rules) !== undefined;
      } catch {
        return false;
      }
    };
    for (const value of [...STRANGE, ...BORDERS, ...LENGTHS, ...WORDS, ...OBJECTS]) {
      expect([field, value, isTaken(value)]).toEqual([field, value, validate(value)]);
    }
  }
});

test("null counts as omitted within stream_options too", async () => {
  const { status, text } = await complete({ stream: true, stream_options: { include_usage: null }, max_tokens: 1 });
  expect(status).toBe(200);
  expect(text).not.toContain('"usage"');
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

/** Whose range depends on the dialect. */
const OF_THE_DIALECT = ["temperature", "frequency_penalty", "presence_penalty"];
/** Without which an option whose name begins so does nothing, and is refused. */
const NEEDED = { dry: "dry_multiplier", xtc: "xtc_probability", watermark: "watermark_key", mirostat: "mirostat_tau" };

test("numbers that the schema allows are numbers that the step takes", async () => {
  const numbers = STEP_FLAGS.filter(({ takes }) => takes.kind === "number");
  const refused = [];
  for (const field of numbers.map(({ name }) => snakeCase(name)).filter((each) => !OF_THE_DIALECT.includes(each))) {
    const [, needed] = Object.entries(NEEDED).find(([prefix]) => field.startsWith(prefix)) ?? [];
    const body = { dialect: "llama.cpp", max_tokens: 1, ...(needed && { [needed]: 1 }) };
    const holds = ajv.compile(document.components.schemas.CompletionRequest.properties[field]);
    for (const value of BORDERS.filter((border) => border < 1e308 && holds(border))) {
      const { status, body: answer } = await complete({ ...body, [field]: value });
      if (status !== 200) refused.push([field, value, answer.error.message]);
    }
  }
  expect(refused).toEqual([]);
});
