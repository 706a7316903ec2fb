/** The command line of a benchmark: usage with --help, and one line for what is wrong. */

/** What `parse` returns. Ends the process with `usage` for --help, and with why `parse` throws. */
export function commandLine<Values>(usage: string, parse: () => Values): Values {
  const asksForHelp = process.argv.slice(2).some((argument) => ["--help", "-h"].includes(argument));
  if (asksForHelp) {
    process.stdout.write(`${usage}\n`);
    return process.exit(0);
  }
  try {
    return parse();
  } catch (error) {
    return refuse(`${(error as Error).message}\n\n${usage}`);
  }
}

/** Ends the process with what is wrong. */
export function refuse(problem: string): never {
  process.stderr.write(`error: ${problem}\n`);
  return process.exit(2);
}
