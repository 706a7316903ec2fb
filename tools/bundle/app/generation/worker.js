/** The worker: what an application needs to load a model, served next to it in model/, and to generate from it. */
import { generate, loadParameters, loadTokenizer, memorySource, parseConfigs, singleFileCheckpoint } from "@tsgpt/gpt";
import { createSampler } from "@tsgpt/sampling";
import { createEngine } from "@tsgpt/tensor";

const PROMPT = "Once upon a time there was";
const NEW_TOKENS = 40;

async function fetched(name) {
  const response = await fetch(new URL(`/model/${name}`, location.origin));
  if (!response.ok) throw new Error(`${name}: status ${response.status}`);
  return response;
}

async function loadModel(engine) {
  const [weights, configText, tokenizerText] = await Promise.all([
    fetched("model.safetensors").then((response) => response.arrayBuffer()),
    fetched("config.json").then((response) => response.text()),
    fetched("tokenizer.json").then((response) => response.text()),
  ]);
  const { config, generation } = parseConfigs({ name: "config.json", text: configText });
  const checkpoint = await singleFileCheckpoint(memorySource("model.safetensors", new Uint8Array(weights)));
  const parameters = await loadParameters(checkpoint, config, engine);
  return { name: "model", config, generation, parameters, engine, tokenizer: loadTokenizer(tokenizerText) };
}

async function run() {
  const engine = await createEngine();
  const model = await loadModel(engine);
  const sample = createSampler([{ type: "greedy" }], { seed: 1 });
  const tokens = [];
  let firstToken = 0; // milliseconds since 1970
  for await (const token of generate(model, PROMPT, { sample, maxTokens: NEW_TOKENS, ignoreEos: true })) {
    firstToken ||= performance.timeOrigin + performance.now();
    tokens.push(token);
  }
  const { kernelSet, threads } = engine;
  engine.dispose();
  const text = tokens.map((token) => token.text).join("");
  return { ids: tokens.map(({ id }) => id), text, firstToken, kernelSet, threads };
}

run().then(postMessage, (error) => postMessage({ error: String(error) }));
