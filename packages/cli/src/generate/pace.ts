/** How fast tokens come once they flow: over the later half, for a process begins with code that is not compiled yet. */
import { generate, type Model, type Sample } from "@tsgpt/gpt";

/** Seconds a token, from the times at which tokens came, in seconds; undefined for fewer than three. */
export function pace(times: readonly number[]): number | undefined {
  const [middle, last] = [times.length >> 1, times.length - 1];
  if (times.length < 3) return undefined;
  return ((times[last] as number) - (times[middle] as number)) / (last - middle);
}

/** The pace of plain generation behind this prompt, the choice and all, over at most `count` tokens. */
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
