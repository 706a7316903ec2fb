/**
 * What every chapter of docs/detection.md does: the stories people wrote, the bundled model's own under a decoder, and
 * their statistics. On the simd kernels, whose numbers do not depend on threads or on what is computed together.
 */
import { readFile } from "node:fs/promises";
import { type Detection, detect, scoreTexts, type TokenScores } from "@tsgpt/analysis";
import { generateBatch, type Model, type Tokenizer } from "@tsgpt/gpt";
import { loadModel } from "@tsgpt/gpt/node";
import { type ChainSpec, createSampler } from "@tsgpt/sampling";
import { createSimdEngine } from "@tsgpt/tensor";

/**
 * Tokens of a story that the model goes on from, and of each text that is judged: what follows them, in the story or by
 * the model.
 */
export const PROMPT = 24;
export const LENGTH = 160;

export interface Lab {
  readonly model: Model;
  readonly tokenizer: Tokenizer;
  readonly prompts: readonly (readonly number[])[];
  /** What people went on with. */
  readonly human: readonly (readonly number[])[];
  /** Scores of `human`, and of texts by their decoder's name, once they were needed. */
  readonly known: Map<string, Promise<Written>>;
  close(): void;
}

/** Texts of one class. */
export interface Written {
  readonly texts: readonly (readonly number[])[];
  readonly scores: readonly TokenScores[];
}

export async function openLab(modelFolder: string, storiesFile: string): Promise<Lab> {
  const engine = createSimdEngine();
  const model = await loadModel(modelFolder, { engine });
  const { tokenizer } = model;
  if (!tokenizer) throw new Error(`${modelFolder} has no tokenizer`);
  const stories = (await readFile(storiesFile, "utf8"))
    .trim()
    .split("\n")
    .map((line) => tokenizer.encode(line));
  return {
    model,
    tokenizer,
    prompts: stories.map((ids) => ids.slice(0, PROMPT)),
    human: stories.map((ids) => ids.slice(PROMPT, PROMPT + LENGTH)),
    known: new Map(),
    close: () => engine.dispose(),
  };
}

/** A way of decoding, and its name in the document. */
export interface Decoder {
  readonly name: string;
  readonly chain: ChainSpec;
}

/** The stories people wrote. */
export function humanTexts(lab: Lab): Promise<Written> {
  return once(lab, "human", async () => scored(lab, lab.human));
}

/**
 * The model's own text behind each prompt; text i has the seed i. An end of the text is never drawn, as the stories
 * have none.
 */
export function modelTexts(lab: Lab, { name, chain }: Decoder): Promise<Written> {
  return once(lab, name, async () => {
    const end = lab.model.config.eosTokenId;
    const ends: ChainSpec = [{ type: "banned-words", sequences: [end ?? []].flat().map((id) => [id]) }];
    const texts: number[][] = lab.prompts.map(() => []);
    const sampleFor = (i: number) => createSampler([...ends, ...chain], { seed: i });
    const run = generateBatch(lab.model, lab.prompts, { sampleFor, maxTokens: LENGTH, ignoreEos: true });
    for await (const { sequence, token } of run) texts[sequence]!.push(token.id);
    return scored(lab, texts);
  });
}

/** Texts with their scores: each alone, without its prompt, as who judges a text does not have one. */
export async function scored({ model }: Lab, texts: readonly (readonly number[])[]): Promise<Written> {
  return { texts, scores: await scoreTexts(model, texts, { top: 0 }) };
}

function once(lab: Lab, name: string, make: () => Promise<Written>): Promise<Written> {
  const known = lab.known.get(name) ?? make();
  lab.known.set(name, known);
  return known;
}

/** The first `length` tokens' scores: a token's do not depend on those after it. */
export function firstTokens(scores: TokenScores, length: number): TokenScores {
  return {
    ...scores,
    ids: scores.ids.slice(0, length),
    logprob: scores.logprob.subarray(0, length),
    rank: scores.rank.subarray(0, length),
    entropy: scores.entropy.subarray(0, length),
    variance: scores.variance.subarray(0, length),
  };
}

/** A statistic, turned so that more of it speaks for the model. */
export interface Statistic {
  readonly name: string;
  readonly of: (found: Detection) => number;
}

export const STATISTICS: readonly Statistic[] = [
  { name: "log-likelihood", of: ({ logLikelihood }) => logLikelihood },
  { name: "rank", of: ({ rank }) => -rank },
  { name: "log-rank", of: ({ logRank }) => -logRank },
  { name: "entropy", of: ({ entropy }) => -entropy },
  { name: "LRR", of: ({ lrr }) => lrr ?? Number.POSITIVE_INFINITY },
  { name: "Fast-DetectGPT", of: ({ fastDetectGpt }) => fastDetectGpt ?? Number.POSITIVE_INFINITY },
  { name: "GLTR top 10", of: ({ classes, scored: count }) => classes.top10 / count },
];

/** A statistic's values over a class. */
export function valuesOf({ of }: Statistic, scores: readonly TokenScores[]): number[] {
  return scores.map((text) => of(detect(text)));
}

/** Holds the prose to the numbers. @throws Error where what the template says is no longer so */
export function claim(holds: boolean, said: string): void {
  if (!holds) throw new Error(`docs/detection.md says that ${said}; it is not so any more, rewrite template.md`);
}
