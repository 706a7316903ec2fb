/** What a person is told of an error. */

/** Errors of functions; others begin with what is at fault: a file, a model, a step of the chain. */
const OF_FUNCTIONS = ["Error", "RangeError", "ShapeError", "ContextOverflowError", "EngineError", "WorkerError"];

/** The message without the name of the function that threw, `beamSearch: `, which tells nothing to who typed a command. */
export function errorMessage({ name, message }: Error): string {
  return OF_FUNCTIONS.includes(name) ? message.replace(/^[a-z][A-Za-z]*: /, "") : message;
}
