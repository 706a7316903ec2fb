/** One gradient three ways: by hand, by a finite difference, and by the backward pass of the engine. */
import { presetConfig, randomModel } from "@tsgpt/gpt";
import { createGenerator, nextUniform } from "@tsgpt/numeric";
import { createReferenceEngine, type Tensor } from "@tsgpt/tensor";
import { createLearner, type Learner } from "@tsgpt/train";
import { table } from "../sampling/markdown.ts";
import { backward, type Chain, forward, type Matrix, type Pass, type Weights } from "./by-hand.ts";
import { type Chapter, claim } from "./lab.ts";

const [V, C, INNER] = [5, 4, 8];
const [TOKEN, TARGET] = [1, 3];
const PLACE = [2, 0] as const; // of h.0.mlp.c_fc.weight
const NAME = "transformer.h.0.mlp.c_fc.weight";
const [STEP, LEARNING_RATE] = [1e-5, 0.1];

const matrices = new Set(["wte", "wpe", "c_attn", "c_proj", "c_fc", "lm_head"]);

export async function gradient(): Promise<Chapter> {
  const learner = await tinyLearner();
  const weights = weightsOf(learner);
  const pass = forward(weights, TOKEN, TARGET);
  const chain = backward(weights, pass, TARGET, PLACE);
  const loss = learner.accumulate([[TOKEN, TARGET]]);
  const learned = parameter(learner, NAME).gradient.row(PLACE[0]).data[PLACE[1]] as number;
  const difference = (lossAt(weights, STEP) - lossAt(weights, -STEP)) / (2 * STEP);
  const after = lossAt(weights, -LEARNING_RATE * chain.dWeight);
  const agree = (other: number, tolerance: number) => Math.abs(other / chain.dWeight - 1) < tolerance;
  claim(agree(difference, 1e-7) && agree(learned, 1e-5), "the three gradients agree");
  return { values: { ...steps(pass, chain), ...ways({ chain, difference, learned, loss, after, pass }) } };
}

/** A model with one layer and one head, whose matrices hold hundredths from -1 to 1; biases are 0. */
async function tinyLearner(): Promise<Learner> {
  const shape = { vocabSize: V, nPositions: 2, nEmbd: C, nHead: 1, nLayer: 1, nInner: INNER, tieWordEmbeddings: false };
  const config = { ...presetConfig("gpt2"), ...shape, bosTokenId: undefined, eosTokenId: undefined };
  const learner = createLearner(await randomModel("tiny", config, createReferenceEngine()));
  const generator = createGenerator(1);
  for (const { name, value } of learner.parameters) {
    if (!matrices.has(name.split(".").at(-2) as string) || !name.endsWith("weight")) continue;
    for (let i = 0; i < value.data.length; i++) value.data[i] = Math.round(200 * nextUniform(generator) - 100) / 100;
  }
  learner.changed();
  return learner;
}

function parameter({ parameters }: Learner, name: string) {
  const found = parameters.find((parameter) => parameter.name === name);
  if (!found) throw new Error(`the model has no ${name}`);
  return found;
}

/** The same numbers in float64: hundredths again, which float32 holds only nearly. */
function weightsOf(learner: Learner): Weights {
  const rows = (name: string): Matrix => rowsOf(parameter(learner, name).value);
  return {
    wte: rows("transformer.wte.weight"),
    wpe: rows("transformer.wpe.weight"),
    value: rows("transformer.h.0.attn.c_attn.weight").map((row) => row.slice(2 * C)),
    attnProj: rows("transformer.h.0.attn.c_proj.weight"),
    fc: rows(NAME),
    mlpProj: rows("transformer.h.0.mlp.c_proj.weight"),
    head: rows("lm_head.weight"),
  };
}

function rowsOf(tensor: Tensor): Matrix {
  return Array.from({ length: tensor.shape[0] as number }, (_, i) =>
    Array.from(tensor.row(i).data, (value) => Math.round(100 * value) / 100),
  );
}

/** The loss with `change` added to the one weight. */
function lossAt(weights: Weights, change: number): number {
  const [i, k] = PLACE;
  const fc = weights.fc.map((row, at) => (at === i ? row.map((w, j) => (j === k ? w + change : w)) : row));
  return forward({ ...weights, fc }, TOKEN, TARGET).loss;
}

const number = (value: number) => value.toFixed(6);
const vector = (values: readonly number[]) => `[${values.map((value) => value.toFixed(4)).join(", ")}]`;

function steps({ normMid, pre, p, loss }: Pass, chain: Chain): Record<string, string> {
  const [i, k] = PLACE;
  const rows = [
    ["`logits` [5]", `softmax(logits) - onehot(${TARGET}); softmax gives ${vector(p)}`, vector(chain.dLogits)],
    ["`lnF` [4]", "sum over j of dLogits[j] lmHead[j]", vector(chain.dNormOut)],
    ["residPost [4]", "(dy - mean(dy) - y mean(dy y)) / deviation", vector(chain.dOut)],
    [`mlpPost[${k}]`, `cProj[${k}] · dResidPost`, number(chain.dPost)],
    [`mlpPre[${k}]`, `gelu'(${number(pre[k]!)}) = ${number(chain.slope)}, times dPost`, number(chain.dPre)],
    [`cFc.weight[${i}, ${k}]`, `ln2[${i}] = ${number(normMid[i]!)}, times dPre`, number(chain.dWeight)],
  ];
  return {
    "gradient.loss": number(loss),
    "gradient.p": number(p[TARGET]!),
    "gradient.steps": table(["gradient of", "link of the chain", "value"], rows, 2),
  };
}

interface Ways {
  readonly chain: Chain;
  readonly difference: number;
  readonly learned: number;
  readonly loss: number;
  readonly after: number;
  readonly pass: Pass;
}

function ways({ chain, difference, learned, loss, after, pass }: Ways): Record<string, string> {
  const rows = [
    ["by hand, float64", number(chain.dWeight)],
    [`finite difference, float64: (loss(w + h) - loss(w - h)) / 2h, h = ${STEP}`, number(difference)],
    ["`accumulate` of @tsgpt/train, float32", number(learned)],
  ];
  claim(Math.abs(loss - pass.loss) < 1e-6, "the losses agree");
  return {
    "gradient.ways": table(["way", "gradient"], rows),
    "gradient.rate": String(LEARNING_RATE),
    "gradient.expected": number(pass.loss - LEARNING_RATE * chain.dWeight ** 2),
    "gradient.after": number(after),
  };
}
