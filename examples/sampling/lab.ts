/**
 * The bundled model on the reference kernels, and what every chapter does with it. The reference kernels sum in one order on
 * every machine, so that texts and numbers of the document come out the same wherever it is written.
 */
import { forward, generate, type Model, type Tokenizer } from "@tsgpt/gpt";
import { inspectFolder, loadModel } from "@tsgpt/gpt/node";
import { type ChainSpec, createSampler, type Explanation } from "@tsgpt/sampling";

export interface Lab {
  readonly model: Model;
  readonly tokenizer: Tokenizer;
  readonly parameterCount: number;
}

/** What a chapter gives the template, by placeholder, and its pictures, by file name. */
export interface Chapter {
  readonly values: Readonly<Record<string, string>>;
  readonly pictures?: Readonly<Record<string, string>>;
}

interface WrittenToken {
  readonly id: number;
  /** ln p under the raw logits, in nats. */
  readonly logprob: number;
  readonly explanation: Explanation;
}

export interface Written {
  readonly promptIds: readonly number[];
  readonly tokens: readonly WrittenToken[];
  readonly text: string;
}

export interface WriteOptions {
  readonly maxTokens: number;
  /** Default 1. */
  readonly seed?: number;
  /** Go on past the end-of-text token, into another text. */
  readonly ignoreEos?: boolean;
  /** Sees the logits [V] of each place and the id that was drawn there. */
  readonly look?: (logits: Float32Array, id: number) => void;
}

export async function openLab(folder: string): Promise<Lab> {
  const [model, { summary }] = [await loadModel(folder), await inspectFolder(folder)];
  if (!model.tokenizer) throw new Error(`${folder} has no tokenizer`);
  return { model, tokenizer: model.tokenizer, parameterCount: summary.parameters };
}

/** The logits of what follows a text. -> [V] */
export function logitsAfter({ model, tokenizer }: Lab, text: string): Float32Array {
  return forward(model, tokenizer.encode(text), { positions: "last" }).row(0).data;
}

/** A continuation of a prompt, with how each token came about. */
export async function write(lab: Lab, prompt: string, chain: ChainSpec, options: WriteOptions): Promise<Written> {
  const { maxTokens, seed = 1, ignoreEos = false, look } = options;
  const sampler = createSampler(chain, { seed });
  const explanations: Explanation[] = [];
  const sample = (logits: Float32Array, context: Parameters<typeof sampler.explain>[1]): number => {
    const explanation = sampler.explain(logits, context, 0);
    explanations.push(explanation);
    look?.(logits, explanation.id);
    return explanation.id;
  };
  const tokens: WrittenToken[] = [];
  let text = "";
  for await (const token of generate(lab.model, prompt, { sample, maxTokens, ignoreEos })) {
    text += token.text;
    tokens.push({ id: token.id, logprob: token.logprob, explanation: explanations.at(-1)! });
  }
  return { promptIds: lab.tokenizer.encode(prompt), tokens, text };
}

/** Holds the prose to the numbers. @throws Error where what the template says is no longer so */
export function claim(holds: boolean, said: string): void {
  if (!holds) throw new Error(`docs/sampling.md says that ${said}; it is not so any more, rewrite template.md`);
}
