/** A story: a prompt and its continuation, streamed to stdout while it comes, and what is told about it afterwards. */
import {
  type FinishReason,
  type GeneratedToken,
  generate,
  KVCache,
  type Model,
  promptIds,
  type Sample,
} from "@tsgpt/gpt";

export interface StoryOptions {
  readonly sample: Sample;
  readonly maxTokens: number;
  readonly stop: readonly string[] | undefined;
  readonly ignoreEos: boolean | undefined;
  readonly useCache: boolean;
  readonly signal: AbortSignal;
  /** Takes the prompt, each piece, and a final newline. */
  readonly write: (text: string) => void;
}

export interface Story {
  /** As text; null for ids without a tokenizer. */
  readonly prompt: string | null;
  readonly promptTokens: readonly number[];
  readonly tokens: readonly GeneratedToken[];
  readonly finishReason: FinishReason;
  readonly prefillSeconds: number;
  readonly decodeSeconds: number;
  /** Of the KV cache; 0 without one. */
  readonly cacheBytes: number;
}

/** Tells a story. Nothing is written before prompt and options are known to be good. @throws what `generate` throws */
export async function tell(model: Model, given: string | readonly number[], options: StoryOptions): Promise<Story> {
  const promptTokens = promptIds(model, given);
  const prompt = typeof given === "string" ? given : (model.tokenizer?.decode(promptTokens) ?? null);
  const cache = options.useCache ? cacheFor(model, promptTokens.length + options.maxTokens) : undefined;
  try {
    const told = await stream(model, promptTokens, prompt ?? promptTokens.join(" "), options, cache);
    return { prompt, promptTokens, ...told, cacheBytes: cache?.bytes ?? 0 };
  } finally {
    cache?.dispose();
  }
}

function cacheFor({ config, engine }: Model, tokens: number): KVCache {
  return new KVCache(config, engine, Math.min(config.nPositions, tokens));
}

async function stream(
  model: Model,
  promptTokens: readonly number[],
  shown: string,
  { write, ...generation }: StoryOptions,
  cache: KVCache | undefined,
): Promise<Pick<Story, "tokens" | "finishReason" | "prefillSeconds" | "decodeSeconds">> {
  const run = generate(model, promptTokens, { ...generation, cache });
  write(shown);
  try {
    const start = performance.now();
    const tokens: GeneratedToken[] = [];
    let firstAt = start;
    let step = await run.next();
    for (; !step.done; step = await run.next()) {
      if (tokens.push(step.value) === 1) firstAt = performance.now();
      write(model.tokenizer ? step.value.text : ` ${step.value.id}`);
    }
    const [prefillSeconds, decodeSeconds] = [(firstAt - start) / 1000, (performance.now() - firstAt) / 1000];
    return { tokens, finishReason: step.value, prefillSeconds, decodeSeconds };
  } finally {
    write("\n"); // an error message begins a line of its own
  }
}

/** Generated tokens over all the time they took, the prompt's pass included. */
export function tokensPerSecond({ tokens, prefillSeconds, decodeSeconds }: Story): number {
  const seconds = prefillSeconds + decodeSeconds;
  return seconds > 0 ? tokens.length / seconds : 0;
}
