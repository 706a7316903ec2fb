/** Runs one command; an error is reported in at most three lines. */
import { type Command, CommanderError } from "commander";
import { CliError } from "./cli-error.ts";
import { explainUsage, fullName, typedCommand } from "./explain-usage.ts";
import { createProgram } from "./program.ts";
import { errorMessage } from "./terminal/error-message.ts";
import { interruptedCode } from "./terminal/interruption.ts";

/** Runs `tsgpt ...args`. Returns the exit code of an error; a command that succeeds may set process.exitCode itself. */
export async function run(args: readonly string[]): Promise<number | undefined> {
  const program = await createProgram(args[0]);
  try {
    await program.parseAsync(args, { from: "user" });
    return undefined;
  } catch (error) {
    return report(program, error, args);
  }
}

function report(program: Command, error: unknown, args: readonly string[]): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  if ((error as Error).name === "AbortError") return interruptedCode();
  const usage = error instanceof CommanderError;
  const message = usage ? explainUsage(program, error, args) : errorMessage(error as Error);
  const command = typedCommand(program, args);
  const hint = `see ${fullName(command ?? program)} --help`;
  // A file name can hold control characters, which a terminal would act on.
  const safe = message.replaceAll(/(?!\n)\p{Cc}/gu, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
  process.stderr.write(`error: ${safe.split("\n").slice(0, 2).join("\n")}\n${hint}\n`);
  return usage ? 2 : error instanceof CliError ? error.exitCode : 1;
}
