/** The message of an error, as the CLI prints it. */

/** Errors that begin with a function name; others begin with a file, a model or a step of the chain. */
const OF_FUNCTIONS = ["Error", "RangeError", "ShapeError", "ContextOverflowError", "EngineError", "WorkerError"];

/**
 * The message without the name of the function that threw, such as `beamSearch: `, which is meaningless to a CLI
 * user.
 */
export function errorMessage({ name, message }: Error): string {
  return OF_FUNCTIONS.includes(name) ? message.replace(/^[a-z][A-Za-z]*: /, "") : message;
}
