#!/usr/bin/env node
/** The entry point of the command `tsgpt`. */
import { run } from "./run.ts";
import { hungUp } from "./terminal/interruption.ts";

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (hungUp()) return; // what is left is to save
  if (error.code === "EPIPE") process.exit(0); // the reader closed the pipe, as `head` does
  process.stderr.write(`error: cannot write to stdout: ${error.message}\nsee tsgpt --help\n`);
  process.exit(1);
});
process.stderr.on("error", () => {}); // whoever read the messages left: the work goes on

const failure = await run(process.argv.slice(2));
if (failure !== undefined) process.exitCode = failure;
