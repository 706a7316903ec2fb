/** tsgpt generate: the prompt and its continuation, streamed, or one JSON object. */
import { type FinishReason, type GeneratedToken, generate, promptIds } from "@tsgpt/gpt";
import { loadModel } from "@tsgpt/gpt/node";
import { createSampler, deckChain } from "@tsgpt/sampling";
import { CliError, usageError } from "../cli-error.ts";
import { modelFolder } from "../model-folder.ts";

export interface GenerateFlags {
  readonly model: string;
  readonly maxTokens: number;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly frequencyPenalty: number;
  readonly presencePenalty: number;
  readonly greedy?: boolean;
  readonly seed?: number;
  readonly stop?: readonly string[];
  readonly cache: boolean;
  readonly tokens?: readonly number[];
  readonly ignoreEos?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** Runs the command. @throws CliError for a prompt given twice, and what loading and generation throw */
export async function generateCommand(text: string | undefined, flags: GenerateFlags): Promise<void> {
  if (text !== undefined && flags.tokens) throw usageError("give a prompt or --tokens, not both");
  const started = performance.now();
  const model = await loadModel(modelFolder(flags.model));
  const loadSeconds = (performance.now() - started) / 1000;
  const given = flags.tokens ?? text ?? (await readStdin());
  const ids = promptIds(model, given);
  const unknown = ids.find((id) => id >= model.config.vocabSize);
  if (unknown !== undefined)
    throw new CliError(`token id ${unknown} is out of range: 0 to ${model.config.vocabSize - 1}`, 1);
  const prompt = typeof given === "string" ? given : (model.tokenizer?.decode(ids) ?? null);
  const seed = flags.seed ?? Math.floor(Math.random() * 2 ** 32);
  const stop = interruption();
  const write = (piece: string) => void (flags.json || process.stdout.write(piece));
  write(prompt ?? ids.join(" "));
  const tokens: GeneratedToken[] = [];
  const decodeStart = performance.now();
  let firstAt = decodeStart;
  const run = generate(model, ids, {
    sample: createSampler(chainOf(flags), { seed }),
    maxTokens: flags.maxTokens,
    stop: flags.stop,
    ignoreEos: flags.ignoreEos,
    useCache: flags.cache,
    signal: stop,
  });
  let finishReason: FinishReason;
  for (;;) {
    const next = await run.next();
    if (next.done) {
      finishReason = next.value;
      break;
    }
    if (tokens.push(next.value) === 1) firstAt = performance.now();
    write(model.tokenizer ? next.value.text : ` ${next.value.id}`);
  }
  write("\n");
  const prefillSeconds = (firstAt - decodeStart) / 1000;
  const decodeSeconds = (performance.now() - firstAt) / 1000;
  const seconds = prefillSeconds + decodeSeconds;
  const tokensPerSecond = seconds > 0 ? tokens.length / seconds : 0;
  if (flags.json) {
    const shown = tokens.map(({ id, text: piece, logprob }) => ({ id, text: model.tokenizer ? piece : null, logprob }));
    const generated = model.tokenizer ? tokens.map((token) => token.text).join("") : null;
    const timings = { loadSeconds, prefillSeconds, decodeSeconds, tokensPerSecond };
    const result = {
      model: model.name,
      prompt,
      promptTokens: ids,
      tokens: shown,
      text: generated,
      finishReason,
      seed,
      timings,
    };
    process.stdout.write(`${JSON.stringify(result)}\n`);
  }
  if (!flags.quiet) {
    process.stderr.write(`${tokens.length} tokens, ${seconds.toFixed(2)} s, ${tokensPerSecond.toFixed(1)} tokens/s\n`);
  }
  if (finishReason === "abort") process.exitCode = 130;
}

function chainOf({ temperature = 1, topK = 0, topP = 0.9, frequencyPenalty, presencePenalty, greedy }: GenerateFlags) {
  if (greedy) return deckChain({ frequencyPenalty, presencePenalty, greedy });
  return deckChain({ temperature, topK, topP, frequencyPenalty, presencePenalty });
}

/** A signal that the first Ctrl-C aborts; the second ends the process as ever. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  process.once("SIGINT", () => controller.abort());
  return controller.signal;
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8").replace(/\n$/, "");
}
