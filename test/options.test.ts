/** Every exported function that takes options refuses an unknown one, and one of a wrong type, before anything else. */
import { describe, expect, test } from "vitest";
import * as analysis from "../packages/analysis/src/index.ts";
import * as gpt from "../packages/gpt/src/index.ts";
import * as gptNode from "../packages/gpt/src/node/index.ts";
import * as hub from "../packages/hub/src/index.ts";
import * as measure from "../packages/measure/src/index.ts";
import * as measureNode from "../packages/measure/src/node/index.ts";
import * as numeric from "../packages/numeric/src/index.ts";
import * as sampling from "../packages/sampling/src/index.ts";
import * as tensor from "../packages/tensor/src/index.ts";

type AnyFunction = (...parameters: never[]) => unknown;

/** A call of each function, with these options and nothing else that could be used. */
const none = undefined as never;
const CALLS: Readonly<Record<string, (options: never) => unknown>> = {
  attention: (options) => tensor.attention(none, none, none, options, none),
  attentionInto: (options) => tensor.attentionInto(none, none, none, none, options, none),
  createEngine: tensor.createEngine,
  createSimdEngine: tensor.createSimdEngine,
  "Tensor.allClose": (options) => tensor.Tensor.zeros([1]).allClose(tensor.Tensor.zeros([1]), options),
  beamSearch: (options) => gpt.beamSearch(none, none, options),
  checkedPrompt: (options) => gpt.checkedPrompt(none, none, options, "checkedPrompt"),
  contrastiveSearch: (options) => gpt.contrastiveSearch(none, none, options),
  forward: (options) => gpt.forward(none, none, options),
  forwardBatch: (options) => gpt.forwardBatch(none, none, options),
  forwardByLayer: (options) => gpt.forwardByLayer(none, none, options),
  generate: (options) => gpt.generate(none, none, options),
  generateBatch: (options) => gpt.generateBatch(none, none, options),
  generateSamples: (options) => gpt.generateSamples(none, none, options),
  generateSpeculatively: (options) => gpt.generateSpeculatively(none, none, options),
  interruptibleForward: (options) => gpt.interruptibleForward(none, none, options, undefined),
  loadParameters: (options) => gpt.loadParameters(none, none, none, options),
  promptLookup: gpt.promptLookup,
  randomModel: (options) => gpt.randomModel(none, none, none, 0, options),
  samplesAtOnce: (options) => gpt.samplesAtOnce(none, none, options),
  convertModel: (options) => gptNode.convertModel(none, none, none, options),
  loadModel: (options) => gpt.loadModel(none, options),
  "loadModel from a folder": (options) => gptNode.loadModel(none, options),
  writeRandomModel: (options) => gptNode.writeRandomModel(none, none, options),
  fetchModel: (options) => hub.fetchModel(none, options),
  hubSettings: (options) => hub.hubSettings(options),
  inspectModel: (options) => hub.inspectModel(none, options),
  planRemoval: (options) => hub.planRemoval(none, options),
  measureGeneration: (options) => measure.measureGeneration(none, options),
  measurePositions: (options) => measure.measurePositions(none, none, options),
  applyChain: (options) => sampling.applyChain(none, none, undefined, options),
  createSampler: (options) => sampling.createSampler(none, options),
  presetChain: (options) => sampling.presetChain("lecture", options),
  "presetChain with its own options": (options) => sampling.presetChain("lecture", {}, options),
  detectGpt: (options) => analysis.detectGpt(none, none, options),
  detectWatermark: (options) => analysis.detectWatermark(none, { key: 1 }, options),
  htmlPage: (options) => analysis.htmlPage(none, options),
  probabilityStrips: (options) => analysis.probabilityStrips(none, options),
  scoreText: (options) => analysis.scoreText(none, none, options),
  scoreTexts: (options) => analysis.scoreTexts(none, none, options),
};

/** Functions of which a parameter is taken apart, or called options, and is data or not theirs. */
const DATA = [
  "checkOptions", // the check itself
  "nextUint32", // a generator
  "layerNorm", // parameters
  "onHeap", // an engine
  ...["cacheBytes", "checkPositions", "eosTokenIds", "weightBytes"], // a config or a model
  "softmaxDistribution", // a SampleContext
  "describeMachine", // a machine
  ...["entropy", "probabilities"], // candidates
  "colorHash", // a key
];

const PACKAGES = { numeric, tensor, gpt, gptNode, hub, measure, measureNode, sampling, analysis };

test("every exported function that takes options is called below", () => {
  const taking = Object.values(PACKAGES).flatMap((exported) =>
    Object.entries(exported).flatMap(([name, value]) => (takesOptions(value) ? [name] : [])),
  );
  const called = Object.keys(CALLS).filter((name) => /^\w+$/.test(name));
  expect(new Set(taking)).toEqual(new Set([...called, ...DATA]));
});

/** Whether a parameter of a function is called options, or is an object that it takes apart. */
function takesOptions(value: unknown): boolean {
  if (typeof value !== "function" || isClass(value)) return false;
  return /[{]|options\b/i.test(parametersOf(String(value as AnyFunction)));
}

function isClass(value: object): boolean {
  return String(value).startsWith("class");
}

/** The text between the first parenthesis of a function and the one that closes it. */
function parametersOf(code: string): string {
  const start = code.indexOf("(");
  let depth = 0;
  for (let i = start; i < code.length; i++) {
    if (code[i] === "(") depth++;
    if (code[i] === ")") depth--;
    if (depth === 0) return code.slice(start, i).replaceAll("= {}", "");
  }
  return "";
}

describe.each(Object.entries(CALLS))("%s", (_, call) => {
  const unknown = () => messageOf(call, { qqqqqqqqqqqqqqqqqqqqqqqqqqqqqq: 1 });

  test("refuses an option that it does not have, and lists those that it has", async () => {
    expect(await unknown()).toMatch(/: there is no option "q+"; the options are \w+/);
  });

  test("refuses a wrong type of each option", async () => {
    const names = (await unknown()).replace(/^.*the options are /, "").split(", ");
    for (const name of names) {
      for (const value of [Symbol("of no type"), null]) {
        expect(await messageOf(call, { [name]: value })).toContain(`: option "${name}" must be `);
      }
    }
  });

  test.each([[null], [5], ["fast"], [[]]])("refuses %o for options", async (options) => {
    expect(await messageOf(call, options)).toContain(": options must be an object, got ");
  });
});

/** The message of the RangeError that a call throws, or rejects with. */
async function messageOf(call: (options: never) => unknown, options: unknown): Promise<string> {
  try {
    await call(options as never);
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError);
    return (error as Error).message;
  }
  return "nothing was thrown";
}
