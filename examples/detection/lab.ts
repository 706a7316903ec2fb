/**
 * What all chapters of docs/detection.md use: human stories, the bundled model's texts with a decoder, and their
 * statistics. Uses the simd kernels, whose numbers do not depend on threads or batching.
 */
import { readFile } from "node:fs/promises";
import { type Detection, detect, scoreTexts, type TokenScores } from "@tsgpt/analysis";
import { generateBatch, type Model, type Tokenizer } from "@tsgpt/gpt";
import { loadModel } from "@tsgpt/gpt/node";
import { type ChainSpec, createSampler } from "@tsgpt/sampling";
import { createSimdEngine } from "@tsgpt/tensor";

/**
 * Number of tokens of a prompt, the beginning of a story, and of a scored text, its continuation in the story or by the
 * model.
 */
export const PROMPT = 24;
export const LENGTH = 160;

export interface Lab {
  readonly model: Model;
  readonly tokenizer: Tokenizer;
  readonly prompts: readonly (readonly number[])[];
  /** The human continuations. */
  readonly human: readonly (readonly number[])[];
  /** Computed texts and scores, by the name of their decoder or `human`. */
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

/** The human texts. */
export function humanTexts(lab: Lab): Promise<Written> {
  return once(lab, "human", async () => scored(lab, lab.human));
}

/**
 * The model's continuation of each prompt; text i uses seed i. The end-of-text token is banned, so that all texts have
 * the same length.
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

/** Scores texts without their prompts, which a detector does not have. */
export async function scored({ model }: Lab, texts: readonly (readonly number[])[]): Promise<Written> {
  return { texts, scores: await scoreTexts(model, texts, { top: 0 }) };
}

function once(lab: Lab, name: string, make: () => Promise<Written>): Promise<Written> {
  const known = lab.known.get(name) ?? make();
  lab.known.set(name, known);
  return known;
}

/** The scores of the first `length` tokens; later tokens do not change them. */
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

/** A statistic, with the sign chosen so that higher values indicate generated text. */
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

/** The values of a statistic for a list of texts. */
export function valuesOf({ of }: Statistic, scores: readonly TokenScores[]): number[] {
  return scores.map((text) => of(detect(text)));
}

/** Checks a statement of the template against the numbers. @throws Error if it no longer holds */
export function claim(holds: boolean, said: string): void {
  if (!holds) throw new Error(`docs/detection.md says that ${said}, which no longer holds; update template.md`);
}
