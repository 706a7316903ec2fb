/** The worker: loads the model that is served next to the application, in model/, and generates from it. */
import { generate, loadModel } from "@tsgpt/gpt";
import { createSampler } from "@tsgpt/sampling";

const PROMPT = "Once upon a time there was";
const NEW_TOKENS = 40;

async function run() {
  const model = await loadModel(new URL("/model/", location.origin).href);
  const sample = createSampler([{ type: "greedy" }], { seed: 1 });
  const tokens = [];
  let firstToken = 0; // milliseconds since 1970
  for await (const token of generate(model, PROMPT, { sample, maxTokens: NEW_TOKENS, ignoreEos: true })) {
    firstToken ||= performance.timeOrigin + performance.now();
    tokens.push(token);
  }
  const { kernelSet, threads } = model.engine;
  model.engine.dispose();
  const text = tokens.map((token) => token.text).join("");
  return { ids: tokens.map(({ id }) => id), text, firstToken, kernelSet, threads };
}

run().then(postMessage, (error) => postMessage({ error: String(error) }));
