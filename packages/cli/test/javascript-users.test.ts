/** What a program in JavaScript sees, which no compiler has checked: the built packages in a process of their own. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const here = join(import.meta.dirname, "..");
const folder = join(here, "..", "gpt", "test", "fixtures", "fairytales-1");

const PROGRAM = `
import { createEngine } from "@tsgpt/tensor";
import { forward, generate, generateBatch } from "@tsgpt/gpt";
import { loadModel } from "@tsgpt/gpt/node";
import { createSampler, presetChain } from "@tsgpt/sampling";

const model = await loadModel(${JSON.stringify(folder)});
const sample = createSampler([{ type: "greedy" }], { seed: 1 });
const prompts = [{ prompt: "Once", max_tokens: 2 }];
const mistakes = [
  () => loadModel("x", { engine: createEngine() }), // without await
  () => generate(model, "Once", { sample, max_tokens: 2 }),
  () => generate(model, "Once", { sample, maxTokens: "2" }),
  () => generate(model, "Once", { maxTokens: 2 }),
  () => generate(model, "Once", 5),
  () => generate(model, "Once"),
  () => generateBatch(model, prompts, { sampleFor: () => sample }),
  () => forward(model, [1], { positions: "first" }),
  () => createSampler([{ type: "topp", p: 0.9 }], { seed: 1 }),
  () => createSampler([{ type: "top-p", top_p: 0.9 }], { seed: 1 }),
  () => presetChain("hf", { top_p: 0.9 }),
];
const messages = [];
for (const mistake of mistakes) {
  try {
    await mistake();
    messages.push("nothing was thrown");
  } catch (error) {
    messages.push(error.message);
  }
}
let tokens = 0;
for await (const _ of generate(model, "Once", { sample, maxTokens: 2, stop: undefined })) tokens++;
console.log(JSON.stringify({ messages, tokens }));
`;

test("mistakes in options are errors that name the option, and what is right runs", async () => {
  const run = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", PROGRAM], { cwd: here });
  const { messages, tokens } = JSON.parse((await run).stdout);
  expect(messages).toEqual([
    'loadModel: option "engine" must be an Engine, as createEngine returns it, got a Promise',
    'generate: there is no option "max_tokens"; did you mean "maxTokens"?',
    'generate: option "maxTokens" must be a number, got the string "2"',
    'generate: option "sample" is missing; it must be a function',
    "generate: options must be an object, got the number 5",
    "generate: options must be an object, got nothing",
    'generateBatch: sequence 0: there is no option "max_tokens"; did you mean "maxTokens"?',
    'forward: option "positions" must be "all" or "last", got the string "first"',
    'chain: step 1 has the unknown type "topp"; did you mean "top-p"?',
    'chain: step 1 (top-p) has no parameter "top_p"; did you mean "p"?',
    'presetChain: there is no option "top_p"; did you mean "topP"?',
  ]);
  expect(tokens).toBe(2);
});
