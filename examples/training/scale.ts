/** Learning curves of three sizes on one small text, and what the largest writes as it learns: what is missing is scale. */
import { generate, type Model } from "@tsgpt/gpt";
import { createSampler } from "@tsgpt/sampling";
import {
  consecutiveWindows,
  createAdamW,
  evaluate,
  type Learner,
  newProgress,
  train,
  windowBatches,
} from "@tsgpt/train";
import { quotation, table } from "../sampling/markdown.ts";
import { BLUE, draw, GRAY, GREEN, label, level, line, type Point, RED } from "../sampling/plot.ts";
import { type Chapter, claim, type Lab } from "./lab.ts";
import { continued, type Letters, lettersOf, newLearner, parameterCount } from "./letters.ts";

const STEPS = 1000;
const [CONTEXT, BATCH] = [48, 2];
const SCHEDULE = { name: "cosine", peak: 0.01, warmup: 20 } as const;
const PART = 25; // steps of a point of a curve
const HELD_OUT = 0.12; // of the text
const PROMPT = "The ";
const WRITTEN_AFTER = [0, 100, STEPS];
const DRAWS = [1, 2]; // seeds
const CHAIN = [{ type: "temperature", temperature: 0.8 }] as const;

const SIZES = [
  { layers: 1, channels: 8, color: RED },
  { layers: 2, channels: 16, color: GREEN },
  { layers: 2, channels: 32, color: BLUE },
] as const;

interface Data {
  readonly letters: Letters;
  readonly training: string;
  readonly heldOut: string;
}

interface Run {
  readonly size: (typeof SIZES)[number];
  readonly parameters: number;
  readonly losses: readonly number[];
  /** Of the text that is held out, in nats per letter. */
  readonly heldOut: number;
  /** Continuations of the prompt, by step. */
  readonly texts: ReadonlyMap<number, readonly string[]>;
}

export async function scale({ bundled, tales }: Lab): Promise<Chapter> {
  const data = split(tales);
  const runs: Run[] = [];
  for (const size of SIZES) runs.push(await runOf(data, size));
  const large = await bundledLoss(bundled.model, data.heldOut);
  const losses = [...runs.map(({ heldOut }) => heldOut), large];
  claim(
    losses.every((loss, i) => i === 0 || loss < losses[i - 1]!),
    `a larger model has a lower loss on the text that is held out (${losses.map(nats).join(", ")})`,
  );
  const values = {
    ...facts(data),
    "scale.ratio": (bundled.parameterCount / runs.at(-1)!.parameters).toFixed(0),
    "scale.table": table(
      ["model", "parameters", "last 100 training losses", "held out", "held out, bits per byte"],
      [...runs.map(row), bundledRow(bundled.parameterCount, large)],
    ),
    ...texts(runs.at(-1)!.texts),
    "written.bundled": quotations(await bundledTexts(bundled.model)),
  };
  return { values, pictures: { "curves.svg": curves(runs, data) } };
}

/** The first letters of the text to train on, the last paragraphs held out; both use the letters of the whole. */
function split(tales: string): Data {
  const cut = tales.indexOf("\n\n", Math.floor((1 - HELD_OUT) * tales.length));
  return { letters: lettersOf(tales), training: tales.slice(0, cut), heldOut: tales.slice(cut + 2) };
}

async function runOf({ letters, training: text, heldOut }: Data, size: Run["size"]): Promise<Run> {
  const learner = await newLearner(letters, { ...size, context: CONTEXT });
  const batches = windowBatches(letters.encode(text), { context: CONTEXT, batchSize: BATCH });
  const training = { learner, optimizer: createAdamW(learner.parameters), batches, progress: newProgress() };
  const texts = new Map([[0, await draws(learner, letters)]]);
  for await (const { step } of train(training, { duration: { steps: STEPS }, schedule: SCHEDULE, clip: 1 }))
    if (WRITTEN_AFTER.includes(step)) texts.set(step, await draws(learner, letters));
  const windows = consecutiveWindows(letters.encode(heldOut), CONTEXT - 1);
  return {
    size,
    parameters: parameterCount(learner),
    losses: training.progress.losses,
    heldOut: await evaluate(learner.model, windows),
    texts,
  };
}

async function draws({ model }: Learner, letters: Letters): Promise<string[]> {
  const written: string[] = [];
  for (const seed of DRAWS) written.push(await continued(model, letters, PROMPT, { chain: CHAIN, seed }));
  return written;
}

/** The bundled model's loss per letter of the same text, which it was not trained on either. */
async function bundledLoss(model: Model, text: string): Promise<number> {
  const ids = Uint16Array.from(model.tokenizer!.encode(text));
  return (
    ((await evaluate(model, consecutiveWindows(ids, model.config.nPositions - 1))) * (ids.length - 1)) / text.length
  );
}

async function bundledTexts(model: Model): Promise<string[]> {
  const texts: string[] = [];
  for (const seed of DRAWS) {
    let text = "";
    const sample = createSampler(CHAIN, { seed });
    for await (const token of generate(model, PROMPT.trimEnd(), { sample, maxTokens: 15 })) text += token.text;
    texts.push(text.trimStart());
  }
  return texts;
}

const nats = (loss: number) => loss.toFixed(2);
const bits = (loss: number) => (loss / Math.LN2).toFixed(2);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const count = (value: number) => value.toLocaleString("en-US");
const nameOf = ({ layers, channels }: Run["size"]) =>
  `${layers} ${layers === 1 ? "layer" : "layers"} of ${channels} channels`;

const row = ({ size, parameters, losses, heldOut }: Run) => [
  nameOf(size),
  count(parameters),
  nats(mean(losses.slice(-100))),
  nats(heldOut),
  bits(heldOut),
];

const bundledRow = (parameters: number, loss: number) => [
  "bundled model",
  count(parameters),
  "",
  nats(loss),
  bits(loss),
];

function facts({ letters, training, heldOut }: Data): Record<string, string> {
  return {
    "scale.letters": String(letters.size),
    "scale.uniform": nats(Math.log(letters.size)),
    "scale.frequencies": nats(frequencyLoss(training)),
    "scale.length": count(training.length),
    "scale.held-out": count(heldOut.length),
    "scale.epochs": ((STEPS * CONTEXT * BATCH) / training.length).toFixed(0),
  };
}

/** The loss of a model that knows how often each letter occurs, and nothing else: the entropy of the letters. */
function frequencyLoss(text: string): number {
  const counts = new Map<string, number>();
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  return -[...counts.values()].reduce((sum, n) => sum + (n / text.length) * Math.log(n / text.length), 0);
}

function texts(written: Run["texts"]): Record<string, string> {
  return Object.fromEntries(WRITTEN_AFTER.map((step) => [`written.after-${step}`, quotations(written.get(step)!)]));
}

const quotations = (texts: readonly string[]) =>
  texts.map((text) => quotation(PROMPT.trimEnd(), ` ${text}`)).join("\n>\n");

function curves(runs: readonly Run[], { letters, training }: Data): string {
  const points = ({ losses }: Run): Point[] =>
    Array.from({ length: STEPS / PART }, (_, part) => {
      return { x: (part + 0.5) * PART, y: mean(losses.slice(part * PART, (part + 1) * PART)) };
    });
  return draw({
    title: "Three sizes learn the same text, letter by letter",
    vertical: "loss on the training text, nats per letter",
    x: { label: "step →", domain: [0, STEPS] },
    y: { domain: [2.1, 4.1] },
    marginRight: 150,
    marks: [
      ...level(Math.log(letters.size), "each letter as probable as another", STEPS, GRAY),
      ...level(frequencyLoss(training), "letter frequencies", STEPS, GRAY),
      ...runs.map((run) => line(points(run), run.size.color)),
      ...runs.map((run, i) => {
        const dy = 12 * (i - 1); // two of the curves end close to each other
        return label(points(run).at(-1)!, `${count(run.parameters)} parameters`, run.size.color, { dy });
      }),
    ],
  });
}
