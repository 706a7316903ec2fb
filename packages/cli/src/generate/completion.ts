/** A story: a prompt and its continuation, or several, streamed while they come, and what is told about them afterwards. */
import { checkedPrompt, type FinishReason, type GeneratedToken, type Model } from "@tsgpt/gpt";
import { chainLines, percent } from "../terminal/step-report.ts";
import { type ShowToken, textOf, tokenShower } from "../terminal/token-text.ts";
import type { Note } from "./recorder.ts";

export interface Prompt {
  /** As text; null for ids without a tokenizer, or beyond it. */
  readonly text: string | null;
  readonly ids: readonly number[];
}

/** A token, and what was noted of it. */
export interface StoryToken extends GeneratedToken, Note {}

export interface Telling {
  readonly tokens: readonly StoryToken[];
  readonly finishReason: FinishReason;
}

export interface Timings {
  readonly prefillSeconds: number;
  readonly decodeSeconds: number;
}

/** What one run of tokens gave: several stories, where its tokens say to which each belongs. */
export interface Streamed<End> extends Timings {
  readonly stories: readonly (readonly StoryToken[])[];
  readonly end: End;
  /** When each token came, in seconds. */
  readonly times: readonly number[];
}

/** The prompt as text and ids. @throws RangeError if it cannot be; ContextOverflowError if it is too long */
export function promptOf(model: Model, given: string | readonly number[]): Prompt {
  const ids = checkedPrompt(model, given, {}, "generate");
  return { ids, text: typeof given === "string" ? given : (textOf(model.tokenizer, ids) ?? null) };
}

/** The prompt as it is printed. */
function shownPrompt({ text, ids }: Prompt): string {
  return text ?? ids.join(" ");
}

/** Where a run's text comes from, and where it goes. */
export interface Stream {
  readonly model: Model;
  readonly prompt: Prompt;
  readonly write: (text: string) => void;
  /** What each story still held back when it ended early: its end. It is there before the next one begins. */
  readonly heldTexts: readonly string[];
}

/**
 * Streams what a run yields: the prompt, each piece, and a final newline; a further story begins a paragraph of its own. With a
 * trace, what the chain did stands before each token, and the whole text at the end. Notes, of each story, are taken as its tokens come.
 */
export async function stream<End>(
  { model, prompt, write, heldTexts }: Stream,
  run: AsyncGenerator<GeneratedToken & { readonly index?: number }, End>,
  notes: readonly (readonly Note[])[],
): Promise<Streamed<End>> {
  const stories: StoryToken[][] = [];
  const start = performance.now() / 1000;
  const times: number[] = [];
  const heldText = () => heldTexts[Math.max(0, stories.length - 1)] ?? ""; // of the last story begun
  const begin = () => {
    completeText(stories.at(-1), heldText());
    if (stories.length > 0) write(`${isTraced(stories) ? "" : heldText()}\n\n`);
    write(shownPrompt(prompt));
  };
  begin();
  try {
    let step = await run.next();
    for (; !step.done; step = await run.next()) {
      times.push(performance.now() / 1000);
      const { index = 0, ...token } = step.value;
      if (index > 0 && index === stories.length) begin();
      if (index === stories.length) stories.push([]);
      const story = stories[index] as StoryToken[];
      const told = { ...token, ...notes[index]?.[story.length] };
      const count = story.push(told);
      write(told.initial ? traceOf(told, count, tokenShower(model.tokenizer)) : piece(model, told));
    }
    const firstAt = times[0] ?? start;
    const [prefillSeconds, decodeSeconds] = [firstAt - start, performance.now() / 1000 - firstAt];
    completeText(stories.at(-1), heldText());
    if (isTraced(stories)) write(`\n\n${stories.map((told) => whole(model, prompt, told)).join("\n\n")}`);
    return { stories, end: step.value, times, prefillSeconds, decodeSeconds };
  } finally {
    if (!isTraced(stories)) write(heldText());
    write("\n"); // an error message begins a line of its own
  }
}

function isTraced(stories: readonly (readonly StoryToken[])[]): boolean {
  return stories[0]?.[0]?.steps !== undefined;
}

/** Adds text that was held back to the last token, so that the texts of the tokens are the text. */
export function completeText(story: StoryToken[] | undefined, heldText: string): void {
  const last = story?.pop();
  if (last) story?.push({ ...last, text: last.text + heldText });
}

function piece({ tokenizer }: Model, { id, text }: StoryToken): string {
  return tokenizer ? text : ` ${id}`;
}

/** The prompt and a continuation. */
export function whole(model: Model, prompt: Prompt, told: readonly StoryToken[]): string {
  return shownPrompt(prompt) + told.map((token) => piece(model, token)).join("");
}

function traceOf({ id, probability = 1, initial, steps = [] }: StoryToken, count: number, show: ShowToken): string {
  const chain = initial ? chainLines(initial, steps, show) : "";
  return `\n\ntoken ${count}\n${chain}  chosen: ${show(id)}, probability ${percent(probability)}`;
}

/** Generated tokens over all the time they took, the prompt's pass included. */
export function tokensPerSecond(count: number, { prefillSeconds, decodeSeconds }: Timings): number {
  const seconds = prefillSeconds + decodeSeconds;
  return seconds > 0 ? count / seconds : 0;
}
