/** Completions: the text of a prompt and what continues it, streamed as its tokens come. */
import { checkedPrompt, type FinishReason, type GeneratedToken, type Model } from "@tsgpt/gpt";
import { chainLines, percent } from "../terminal/step-report.ts";
import { type ShowToken, textOf, tokenShower } from "../terminal/token-text.ts";
import type { TokenRecord } from "./recorder.ts";

export interface Prompt {
  /** As text; null for ids without a tokenizer, or beyond it. */
  readonly text: string | null;
  readonly ids: readonly number[];
}

/** A token and its record. */
export interface CompletionToken extends GeneratedToken, TokenRecord {}

export interface Completion {
  readonly tokens: readonly CompletionToken[];
  readonly finishReason: FinishReason;
}

export interface Timings {
  readonly prefillSeconds: number;
  readonly decodeSeconds: number;
}

/** The tokens of a run; of several completions where each token carries the index of its own. */
export interface Streamed<End> extends Timings {
  readonly tokenLists: readonly (readonly CompletionToken[])[];
  readonly end: End;
  /** When each token came, in seconds. */
  readonly times: readonly number[];
}

/**
 * The prompt as text and ids. @throws RangeError for a prompt that is not valid; ContextOverflowError if it is too
 * long
 */
export function promptOf(model: Model, given: string | readonly number[]): Prompt {
  const ids = checkedPrompt(model, given, {}, "generate");
  return { ids, text: typeof given === "string" ? given : (textOf(model.tokenizer, ids) ?? null) };
}

/** The prompt as it is printed: its text, or its ids. */
function promptText({ text, ids }: Prompt): string {
  return text ?? ids.join(" ");
}

/** Whose text is streamed, and where it is written. */
export interface StreamTarget {
  readonly model: Model;
  readonly prompt: Prompt;
  readonly write: (text: string) => void;
  /** The end of each completion that stopped early, held back until then; set before the next one begins. */
  readonly heldTexts: readonly string[];
}

/**
 * Streams what a run yields: the prompt, each piece of text, and a final newline; every further completion begins a
 * new paragraph. With --trace-sampling the chain's steps are written before each token, and the whole text at the
 * end. `records` are those of each completion; they grow as its tokens come.
 */
export async function stream<End>(
  { model, prompt, write, heldTexts }: StreamTarget,
  run: AsyncGenerator<GeneratedToken & { readonly index?: number }, End>,
  records: readonly (readonly TokenRecord[])[],
): Promise<Streamed<End>> {
  const tokenLists: CompletionToken[][] = [];
  const start = performance.now() / 1000;
  const times: number[] = [];
  const heldText = () => heldTexts[Math.max(0, tokenLists.length - 1)] ?? ""; // of the last completion begun
  const begin = () => {
    completeText(tokenLists.at(-1), heldText());
    if (tokenLists.length > 0) write(`${isTraced(tokenLists) ? "" : heldText()}\n\n`);
    write(promptText(prompt));
  };
  begin();
  try {
    let step = await run.next();
    for (; !step.done; step = await run.next()) {
      times.push(performance.now() / 1000);
      const { index = 0, ...token } = step.value;
      if (index > 0 && index === tokenLists.length) begin();
      if (index === tokenLists.length) tokenLists.push([]);
      const tokens = tokenLists[index] as CompletionToken[];
      const recorded = { ...token, ...records[index]?.[tokens.length] };
      const count = tokens.push(recorded);
      write(recorded.initial ? traceOf(recorded, count, tokenShower(model.tokenizer)) : piece(model, recorded));
    }
    const firstAt = times[0] ?? start;
    const [prefillSeconds, decodeSeconds] = [firstAt - start, performance.now() / 1000 - firstAt];
    completeText(tokenLists.at(-1), heldText());
    if (isTraced(tokenLists)) write(`\n\n${tokenLists.map((tokens) => fullText(model, prompt, tokens)).join("\n\n")}`);
    return { tokenLists, end: step.value, times, prefillSeconds, decodeSeconds };
  } finally {
    if (!isTraced(tokenLists)) write(heldText());
    write("\n"); // an error message begins a line of its own
  }
}

function isTraced(tokenLists: readonly (readonly CompletionToken[])[]): boolean {
  return tokenLists[0]?.[0]?.steps !== undefined;
}

/** Appends held-back text to the last token, so that the texts of the tokens add up to the completion. */
export function completeText(tokens: CompletionToken[] | undefined, heldText: string): void {
  const last = tokens?.pop();
  if (last) tokens?.push({ ...last, text: last.text + heldText });
}

function piece({ tokenizer }: Model, { id, text }: CompletionToken): string {
  return tokenizer ? text : ` ${id}`;
}

/** The prompt followed by a completion. */
export function fullText(model: Model, prompt: Prompt, tokens: readonly CompletionToken[]): string {
  return promptText(prompt) + tokens.map((token) => piece(model, token)).join("");
}

function traceOf(
  { id, probability = 1, initial, steps = [] }: CompletionToken,
  count: number,
  show: ShowToken,
): string {
  const chain = initial ? chainLines(initial, steps, show) : "";
  return `\n\ntoken ${count}\n${chain}  chosen: ${show(id)}, probability ${percent(probability)}`;
}

/** Generated tokens per second, the time of the prompt included. */
export function tokensPerSecond(count: number, { prefillSeconds, decodeSeconds }: Timings): number {
  const seconds = prefillSeconds + decodeSeconds;
  return seconds > 0 ? count / seconds : 0;
}
