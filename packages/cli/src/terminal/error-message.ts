/** The message of an error, as the CLI prints it. */
import { flagName } from "../options/chain-flags.ts";
import { samplingOptions, strategyOptions, textOptions } from "../options/generation.ts";
import { keysOf } from "../options/option.ts";

/** Errors that begin with a function name; others begin with a file, a model or a step of the chain. */
const OF_FUNCTIONS = ["Error", "RangeError", "ShapeError", "ContextOverflowError", "EngineError", "WorkerError"];

/** Parameters of functions that are options here, such as numReturn; names of one word are left as words. */
const PARAMETERS = keysOf([...textOptions, ...samplingOptions, ...strategyOptions]).filter((key) => /[A-Z]/.test(key));

/**
 * The message for a CLI user: without the name of the function that threw, such as `beamSearch: `, and with the names
 * of options in place of the function's parameters.
 */
export function errorMessage({ name, message }: Error): string {
  if (!OF_FUNCTIONS.includes(name)) return message;
  const parameters = new RegExp(`\\b(${PARAMETERS.join("|")})\\b`, "g");
  return message.replace(/^[a-z][A-Za-z]*: /, "").replaceAll(parameters, flagName);
}
