/** Steady-state generation speed: measured over the later half of the tokens, after V8 has optimized the code. */
import { generate, type Model, type Sample } from "@tsgpt/gpt";

/** Seconds per token, from the time of each token in seconds; undefined for fewer than three tokens. */
export function pace(times: readonly number[]): number | undefined {
  const [middle, last] = [times.length >> 1, times.length - 1];
  if (times.length < 3) return undefined;
  return ((times[last] as number) - (times[middle] as number)) / (last - middle);
}

/** Seconds per token of plain generation after this prompt, sampling included, over at most `count` tokens. */
export async function plainPace(
  model: Model,
  prompt: readonly number[],
  options: { readonly sample: Sample; readonly signal: AbortSignal; readonly count: number },
): Promise<number | undefined> {
  const { sample, signal, count } = options;
  const times: number[] = [];
  const run = generate(model, prompt, { sample, signal, maxTokens: count, ignoreEos: true });
  for await (const _ of run) times.push(performance.now() / 1000);
  return pace(times);
}
