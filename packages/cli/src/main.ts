#!/usr/bin/env node
/** tsgpt: runs a command, and says in three lines at most what went wrong. */
import { CommanderError } from "commander";
import { CliError } from "./cli-error.ts";
import { commandNames, explainUsage } from "./explain-usage.ts";
import { INTERRUPTED } from "./interruption.ts";
import { createProgram } from "./program.ts";

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0); // whoever read has enough
  process.stderr.write(`error: cannot write to stdout: ${error.message}\nsee tsgpt --help\n`);
  process.exit(1);
});

const program = createProgram();

function report(error: unknown): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  if ((error as Error).name === "AbortError") return INTERRUPTED;
  const usage = error instanceof CommanderError;
  const message = usage ? explainUsage(program, error, process.argv.slice(2)) : (error as Error).message;
  const command = commandNames(program).find((name) => name === process.argv[2]);
  const hint = command ? `see tsgpt ${command} --help` : "see tsgpt --help";
  process.stderr.write(`error: ${message.split("\n").slice(0, 2).join("\n")}\n${hint}\n`);
  return usage ? 2 : error instanceof CliError ? error.exitCode : 1;
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
