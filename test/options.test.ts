/** Every exported function that takes options refuses an unknown one, and one of a wrong type, before anything else. */
import { describe, expect, test } from "vitest";
import * as analysis from "../packages/analysis/src/index.ts";
import * as tsgpt from "../packages/cli/src/index.ts";
import * as gpt from "../packages/gpt/src/index.ts";
import * as gptNode from "../packages/gpt/src/node/index.ts";
import * as hub from "../packages/hub/src/index.ts";
import * as measure from "../packages/measure/src/index.ts";
import * as measureNode from "../packages/measure/src/node/index.ts";
import * as numeric from "../packages/numeric/src/index.ts";
import * as sampling from "../packages/sampling/src/index.ts";
import * as serve from "../packages/serve/src/index.ts";
import * as tensor from "../packages/tensor/src/index.ts";
import * as train from "../packages/train/src/index.ts";

type AnyFunction = (...parameters: never[]) => unknown;

/** A call of each function, with these options and nothing else that could be used. */
const none = undefined as never;
const CONFIGURED = { config: gpt.presetConfig("gpt2") } as gpt.Model;
const CALLS: Readonly<Record<string, (options: never) => unknown>> = {
  "tensor.attention": (options) => tensor.attention(none, none, none, options, none),
  "tensor.attentionInto": (options) => tensor.attentionInto(none, none, none, none, options, none),
  "tensor.createEngine": tensor.createEngine,
  "tensor.createSimdEngine": tensor.createSimdEngine,
  "tensor.Tensor.allClose": (options) => tensor.Tensor.zeros([1]).allClose(tensor.Tensor.zeros([1]), options),
  "gpt.beamSearch": (options) => gpt.beamSearch(none, none, options),
  "gpt.checkedPrompt": (options) => gpt.checkedPrompt(none, none, options, "checkedPrompt"),
  "gpt.contrastiveSearch": (options) => gpt.contrastiveSearch(none, none, options),
  "gpt.forward": (options) => gpt.forward(none, none, options),
  "gpt.forwardBatch": (options) => gpt.forwardBatch(none, none, options),
  "gpt.forwardBlock": (options) => gpt.forwardBlock(none, 0, none, options),
  "gpt.forwardByLayer": (options) => gpt.forwardByLayer(none, none, options),
  "gpt.generate": (options) => gpt.generate(none, none, options),
  "gpt.generateBatch": (options) => gpt.generateBatch(none, none, options),
  "gpt.generateSamples": (options) => gpt.generateSamples(none, none, options),
  "gpt.generateSpeculatively": (options) => gpt.generateSpeculatively(none, none, options),
  "gpt.interruptibleForward": (options) => gpt.interruptibleForward(none, none, options, undefined),
  "gpt.loadModel": (options) => gpt.loadModel(none, options),
  "gpt.loadParameters": (options) => gpt.loadParameters(none, none, none, options),
  "gpt.promptLookup": gpt.promptLookup,
  "gpt.randomModel": (options) => gpt.randomModel(none, none, none, 0, options),
  "gpt.samplesAtOnce": (options) => gpt.samplesAtOnce(none, none, options),
  "gptNode.convertModel": (options) => gptNode.convertModel(none, none, none, options),
  "gptNode.loadModel": (options) => gptNode.loadModel(none, options),
  "gptNode.writeRandomModel": (options) => gptNode.writeRandomModel(none, none, options),
  "hub.fetchModel": (options) => hub.fetchModel(none, options),
  "hub.hubSettings": (options) => hub.hubSettings(options),
  "hub.inspectModel": (options) => hub.inspectModel(none, options),
  "hub.planRemoval": (options) => hub.planRemoval(none, options),
  "measure.measureGeneration": (options) => measure.measureGeneration(none, options),
  "measure.measurePositions": (options) => measure.measurePositions(none, none, options),
  "sampling.applyChain": (options) => sampling.applyChain(none, none, undefined, options),
  "sampling.createSampler": (options) => sampling.createSampler(none, options),
  "sampling.defaultsFor": (options) => sampling.defaultsFor("lecture", options),
  "sampling.presetChain": (options) => sampling.presetChain("lecture", options),
  "sampling.presetChain with its own options": (options) => sampling.presetChain("lecture", {}, options),
  "analysis.detectGpt": (options) => analysis.detectGpt(none, none, options),
  "analysis.detectWatermark": (options) => analysis.detectWatermark(none, { key: 1 }, options),
  "analysis.htmlPage": (options) => analysis.htmlPage(none, options),
  "analysis.probabilityStrips": (options) => analysis.probabilityStrips(none, options),
  "analysis.scoreText": (options) => analysis.scoreText(none, none, options),
  "analysis.scoreTexts": (options) => analysis.scoreTexts(none, none, options),
  "analysis.activationPatchingSweep": (options) => analysis.activationPatchingSweep(none, options),
  "analysis.attentionPatterns": (options) => analysis.attentionPatterns(CONFIGURED, none, options),
  "analysis.inductionScore": (options) => analysis.inductionScore(CONFIGURED, [], options),
  "analysis.meanAblate": (options) => analysis.meanAblate(none, none, options),
  "analysis.patchActivation": (options) => analysis.patchActivation(none, none, options),
  "analysis.previousTokenScore": (options) => analysis.previousTokenScore(CONFIGURED, [], options),
  "analysis.repeatedTokens": (options) => analysis.repeatedTokens(CONFIGURED, options),
  "analysis.runBatch": (options) => analysis.runBatch(none, none, options),
  "analysis.runWithCache": (options) => analysis.runWithCache(none, none, options),
  "analysis.scoreChoices": (options) => analysis.scoreChoices(none, none, options),
  "analysis.zeroAblate": (options) => analysis.zeroAblate(none, options),
  "analysis.directLogitAttribution": (options) => analysis.directLogitAttribution(none, none, options),
  "analysis.explainPage": (options) => analysis.explainPage(none, options),
  "analysis.logitLens": (options) => analysis.logitLens(none, none, options),
  "analysis.residualPredictions": (options) => analysis.residualPredictions(none, none, options),
  "analysis.walkThrough": (options) => analysis.walkThrough(none, none, options),
  "a run of analysis.runBatch": (run) => analysis.runBatch(none, [{ ids: [] }, run]),
  "a hook of analysis.runBatch": (hook) => analysis.runBatch(none, [{ ids: [], hooks: [hook] }]),
  "a hook of analysis.runWithCache": (hook) => analysis.runWithCache(CONFIGURED, [], { hooks: [hook] }),
  "the flags of sampling.chainOfFlags": (flags) => sampling.chainOfFlags("lecture", flags, undefined, 0),
  "a hook of analysis.runWithHooks": (hook) => analysis.runWithHooks(CONFIGURED, [], [hook]),
  "a run of analysis.traceOfHooks": (run) => analysis.traceOfHooks(CONFIGURED, [run]),
  "train.createAdamW": (options) => train.createAdamW([], options),
  "train.createLearner": (options) => train.createLearner(none, options),
  "train.createMuon": (options) => train.createMuon([], none, options),
  "train.encodeDocuments": (options) => train.encodeDocuments(none, none, options),
  "train.evaluate": (options) => train.evaluate(none, none, options),
  "train.openBatchesFile": (options) => train.openBatchesFile(none, options),
  "train.train": (options) => train.train(none, options).next(),
  "train.trainTokenizer": (options) => train.trainTokenizer(none, options),
  "a schedule of train.learningRateAt": (schedule) => train.learningRateAt(1, 1, schedule),
  "train.windowBatches": (options) => train.windowBatches(none, options),
  "serve.createScheduler": (options) => serve.createScheduler(none, options),
  "serve.serve": (options) => serve.serve(none, options),
  "tsgpt.generate": (options) => tsgpt.generate(none, none, options),
  "tsgpt.loadModel": (options) => tsgpt.loadModel("", options),
};

/** Functions of which a parameter is taken apart, or called options, and is data or not theirs. */
const DATA = [
  "numeric.checkOptions", // the check itself
  "numeric.nextUint32", // a generator
  "tensor.layerNorm", // parameters
  ...["tensor.asMultiplied", "tensor.onHeap"], // a weight, an engine
  ...["gpt.cacheBytes", "gpt.checkPositions", "gpt.eosTokenIds", "gpt.weightBytes"], // a config or a model
  "gpt.softmaxDistribution", // a SampleContext
  ...["gpt.availableCacheBytes", "gpt.continuation"], // a model, and options that its callers have checked
  "gptNode.writeSafetensorsFile", // metadata
  "measureNode.describeMachine", // a machine
  ...["sampling.entropy", "sampling.probabilities"], // candidates
  "sampling.colorHash", // a key
  "analysis.traceOfHooks", // a model
  ...["train.checkpointOf", "train.configOf", "train.isDecayed", "train.stepsOf", "train.warmupFor"], // a run, a preset, a parameter
];

const PACKAGES = { numeric, tensor, gpt, gptNode, hub, measure, measureNode, sampling, analysis, train, serve, tsgpt };

test("every exported function that takes options is called below", () => {
  const taking = Object.entries(PACKAGES).flatMap(([from, exported]) =>
    Object.entries(exported).flatMap(([name, value]) => (takesOptions(value) ? [`${from}.${name}`] : [])),
  );
  const called = Object.keys(CALLS).filter((name) => /^\w+\.\w+$/.test(name));
  expect(new Set(taking)).toEqual(new Set([...called, ...DATA]));
});

/** Whether a parameter of a function is called options, is an object that it takes apart, or is one by default. */
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
    if (depth === 0) return code.slice(start, i);
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
    expect(await messageOf(call, options)).toMatch(
      /: (options must be an object|a run must be an object .*|hook \d+ must be .*), got /,
    );
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
