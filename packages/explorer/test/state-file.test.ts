/** "State (JSON)" has the fields of tsgpt generate --json. */
import { generate, type Model } from "@tsgpt/gpt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSession, encode, open, type Session, step } from "../src/worker/session.ts";
import { stateFile } from "../src/worker/state-file.ts";
import { loadFixtureModel } from "./fixture-model.ts";

const { signal } = new AbortController();

let model: Model;
let session: Session;
beforeAll(async () => {
  model = await loadFixtureModel();
  session = createSession(model);
});
afterAll(() => model.engine.dispose());

async function opened(prompt: string, chosen: readonly number[] = []): Promise<void> {
  await open(session, encode(session, prompt), { prompt, seed: 7, sampling: { dialect: "openai" } }, signal);
  for (const id of chosen) await step(session, id, signal);
}

interface File {
  readonly tokens: readonly { readonly id: number; readonly text: string; readonly logprob: number }[];
}
const fileOf = () => JSON.parse(JSON.stringify(stateFile(session))) as File;

test("its fields, without tokens at first; options are those that are given", async () => {
  await opened("Once");
  expect(fileOf()).toEqual({
    model: model.name,
    prompt: "Once",
    promptTokens: encode(session, "Once"),
    tokens: [],
    sampling: { dialect: "openai" },
    seed: 7,
  });
});

test("tokens as generate gives them: a character of several tokens comes with its last one", async () => {
  const ids = [...encode(session, "A 👑!"), model.config.eosTokenId as number];
  let drawn = 0;
  const sample = () => ids[drawn++] as number;
  const expected = [];
  for await (const { id, text, logprob } of generate(model, "Once", { sample })) expected.push({ id, text, logprob });
  await opened("Once", ids);
  const { tokens } = fileOf();
  expect(tokens).toEqual(expected);
  expect(tokens.map(({ text }) => text).join("")).toBe("A 👑!");
  expect(tokens.filter(({ text }) => text === "").length).toBeGreaterThan(1);
});

test("a text that ends inside a character has its U+FFFD in the last token", async () => {
  const [first] = encode(session, "👑").slice(0, 1) as [number];
  await opened("Once", [first]);
  expect(fileOf().tokens.at(-1)?.text).toBe("\ufffd");
});
