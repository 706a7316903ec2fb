/** The engine of a command. */
import { createEngine, type Engine, type EngineOptions } from "@tsgpt/tensor";
import { note } from "./note.ts";

/** The engine that the flags ask for; that it is a slower one than usual is a line on stderr. @throws what createEngine throws */
export function makeEngine({ kernels, threads }: EngineOptions): Promise<Engine> {
  return createEngine({ kernels, threads, onFallback: note });
}
