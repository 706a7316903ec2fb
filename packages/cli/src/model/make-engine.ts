/** Creates the engine of a command. */
import { createEngine, type Engine, EngineError, type EngineOptions } from "@tsgpt/tensor";
import { note } from "../terminal/note.ts";

/**
 * Creates the engine that the flags select; a fallback to slower kernels is noted, by default on stderr. @throws what
 * createEngine throws, with a hint where only --threads prevents the fallback
 */
export async function makeEngine({ kernels = "auto", threads }: EngineOptions, onFallback = note): Promise<Engine> {
  try {
    return await createEngine({ kernels, threads, onFallback });
  } catch (error) {
    if (kernels !== "auto" || threads === undefined || !(error instanceof EngineError)) throw error;
    throw new EngineError(`${error.message}; omit --threads to run with what is available here`, { cause: error });
  }
}
