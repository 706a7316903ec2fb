/** The error of the command line: a message, and the exit code, 1 for a failure and 2 for a usage error. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** A usage error: the arguments or options are wrong. */
export function usageError(message: string): CliError {
  return new CliError(message, 2);
}
