/** A line whose answer fails, or is too long to be kept, becomes an error of that line; the others are answered. */
import { EngineError } from "@tsgpt/tensor";
import { CliError } from "../cli-error.ts";
import type { AnswerInputs, InputHandlers } from "./job.ts";

/**
 * Characters of the longest answer: a quarter of the longest string of V8, so that the entry, also in two bytes a
 * character, fits into the memory of a worker and of a merge.
 */
const LONGEST_ANSWER = 1 << 27;

/** Answers all inputs together; if that fails, those that are left one by one. @throws what concerns all inputs */
export function lineByLine(answer: AnswerInputs): AnswerInputs {
  return async (inputs, handlers) => {
    const left = new Set(inputs.keys());
    try {
      await answer(inputs, without(left, handlers));
    } catch (error) {
      if (concernsAll(error) || left.size === 0) throw error;
      for (const index of [...left]) await answerOne(answer, inputs, index, handlers);
    }
  };
}

/** Handlers that take off each input that they get. */
function without(left: Set<number>, { done, failed }: InputHandlers): InputHandlers {
  return {
    done: (index, json) => {
      left.delete(index);
      done(index, json);
    },
    failed: (index, error) => {
      left.delete(index);
      failed(index, error);
    },
  };
}

async function answerOne(
  answer: AnswerInputs,
  inputs: readonly string[],
  index: number,
  handlers: InputHandlers,
): Promise<void> {
  const { done, failed } = handlers;
  try {
    await answer([inputs[index] as string], {
      done: (_, json) => done(index, json),
      failed: (_, error) => failed(index, error),
    });
  } catch (error) {
    if (concernsAll(error)) throw error;
    failed(index, error);
  }
}

/** An engine that has failed, memory that is used up, and options that are wrong for every line. */
function concernsAll(error: unknown): boolean {
  if (error instanceof EngineError || error instanceof CliError) return true;
  const { name, message } = error as Error;
  return name === "RuntimeError" || /allocation failed/.test(message); // a trap in WebAssembly; no memory
}

/** Joins the pieces of an answer. @throws Error if it is longer than `longest` characters; `fix` says what helps */
export function joined(pieces: Iterable<string>, fix: string, longest: number = LONGEST_ANSWER): string {
  const kept: string[] = [];
  let length = 0;
  for (const piece of pieces) {
    length += piece.length;
    if (length > longest) throw tooLong(fix, longest);
    kept.push(piece);
  }
  return kept.join("");
}

/** The JSON of an object, like `joined`. */
export function bounded(object: object, fix: string, longest: number = LONGEST_ANSWER): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(object);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // longer than the longest string
  }
  if (text !== undefined && text.length <= longest) return text;
  throw tooLong(fix, longest);
}

function tooLong(fix: string, longest: number): Error {
  return new Error(`its answer is longer than ${longest} characters; ${fix}`);
}

/** Hands over an answer, or why there is none. */
export function settle(index: number, { done, failed }: InputHandlers, make: () => string): void {
  let json: string;
  try {
    json = make();
  } catch (error) {
    failed(index, error);
    return;
  }
  done(index, json);
}
