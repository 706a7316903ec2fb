/** The engine of a command. */
import { createEngine, type Engine, EngineError, type EngineOptions } from "@tsgpt/tensor";
import { note } from "../terminal/note.ts";

/**
 * The engine that the flags ask for; that it is a slower one than usual is a line on stderr. @throws what createEngine throws, with the
 * way out where threads by number are what stands in the way of a slower one
 */
export async function makeEngine({ kernels = "auto", threads }: EngineOptions): Promise<Engine> {
  try {
    return await createEngine({ kernels, threads, onFallback: note });
  } catch (error) {
    if (kernels !== "auto" || threads === undefined || !(error instanceof EngineError)) throw error;
    throw new EngineError(`${error.message}; leave --threads out to run with what there is here`, { cause: error });
  }
}
