#!/usr/bin/env node
/** tsgpt, the program that npm installs. */
import { run } from "./run.ts";

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0); // whoever read has enough
  process.stderr.write(`error: cannot write to stdout: ${error.message}\nsee tsgpt --help\n`);
  process.exit(1);
});

const failure = await run(process.argv.slice(2));
if (failure !== undefined) process.exitCode = failure;
