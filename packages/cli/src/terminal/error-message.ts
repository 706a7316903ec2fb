/** The message of an error, as the CLI prints it. */
import { flagName } from "../options/chain-flags.ts";
import { samplingOptions, strategyOptions, textOptions } from "../options/generation.ts";
import { keysOf } from "../options/option.ts";

/** Errors that begin with a function name; others begin with a file, a model or a step of the chain. */
const OF_FUNCTIONS = ["Error", "RangeError", "ShapeError", "ContextOverflowError", "EngineError", "WorkerError"];

/** Parameters of functions that are options here, such as numReturn; names of one word are left as words. */
const PARAMETERS = keysOf([...textOptions, ...samplingOptions, ...strategyOptions]).filter((key) => /[A-Z]/.test(key));

/** What the libraries advise, as it is done here. */
const ADVICE = [
  [/\boption (cacheDir|offline|revision)\b/g, (_: string, name: string) => flagName(name)],
  [/the step \{ type: "greedy" \}(, or the option greedy)?/g, () => "--greedy"],
  [
    /make shards or answers smaller, or use fewer workers/g,
    () => "lower --top or --workers, or give a smaller --shard-bytes with another --output",
  ],
  [/\bscanCache lists\b/g, () => "tsgpt models lists"],
] as const;

/**
 * The message for a CLI user: without the name of the function that threw, such as `beamSearch: `, with the names of
 * options in place of the function's parameters, and with commands in place of functions to call.
 */
export function errorMessage({ name, message }: Error): string {
  const advised = ADVICE.reduce((text, [pattern, instead]) => text.replaceAll(pattern, instead), message);
  if (!OF_FUNCTIONS.includes(name)) return advised;
  const parameters = new RegExp(`\\b(${PARAMETERS.join("|")})\\b`, "g");
  return advised
    .replace(/^[a-z][A-Za-z]*: /, "")
    .replaceAll(/\boption "(\w+)"/g, "$1")
    .replaceAll(parameters, flagName);
}
