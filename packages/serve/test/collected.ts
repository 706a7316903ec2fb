/** What a sequence gives its client, collected: tokens, the logits they were drawn from, held-back text, and its end. */
import { type GeneratedToken, type Model, type Sample, softmaxDistribution } from "@tsgpt/gpt";
import { loadModel } from "@tsgpt/gpt/node";
import { createGenerator, drawIndex, nextUniform } from "@tsgpt/numeric";
import { createSimdEngine, type WeightDtype } from "@tsgpt/tensor";
import type { EndReason, Scheduler, Submission } from "../src/scheduler/index.ts";

const FIXTURE = new URL("../../gpt/test/fixtures/fairytales-1", import.meta.url);

/** The trained model of the fixtures, in an engine of its own. */
export const loadFairytales = (threads = 1, dtype: WeightDtype = "f32"): Promise<Model> =>
  loadModel(FIXTURE.pathname, { engine: createSimdEngine({ threads }), dtype });

/** Draws among all tokens by a generator of its own, and overwrites the logits: they are its own. */
export function drawing(seed: number): Sample {
  const generator = createGenerator(seed);
  return (logits, context) => {
    const { probabilities } = softmaxDistribution(logits, context);
    logits.fill(0);
    return drawIndex(probabilities, 1 - 2 ** -30, nextUniform(generator)); // rounded, they sum to a little less than 1
  };
}

export interface Collected {
  readonly tokens: GeneratedToken[];
  /** A copy of the logits before each token. */
  readonly logits: Float32Array[];
  readonly held: string[];
}

export interface CollectedEnd extends Collected {
  readonly end: EndReason;
}

type Wanted = Partial<Submission> & Pick<Submission, "ids">;

/** A submission that collects, and what it has collected so far. */
export function collecting(wanted: Wanted): { submission: Submission; collected: Collected } {
  const collected: Collected = { tokens: [], logits: [], held: [] };
  const submission: Submission = {
    maxTokens: 8,
    sample: drawing(1),
    onHeldText: (text) => void collected.held.push(text),
    ...wanted,
    onToken: (token, logits) => {
      collected.tokens.push(token);
      collected.logits.push(logits.slice());
      return wanted.onToken?.(token, logits);
    },
  };
  return { submission, collected };
}

/** The sequences of one request, to their ends. */
export async function run(scheduler: Scheduler, request: readonly Wanted[]): Promise<CollectedEnd[]> {
  const all = request.map(collecting);
  const ends = await Promise.all(scheduler.submit(all.map(({ submission }) => submission)));
  return all.map(({ collected }, i) => ({ ...collected, end: ends[i] }));
}

/** Prompts of 1 to `longest` ids, differing from the first on. */
export function promptsOf(count: number, longest: number, seed = 1): number[][] {
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: 1 + ((7 * i + 5 * seed) % longest) }, (_, t) => (31 * i + 17 * t + 101 * seed) % 4096),
  );
}
