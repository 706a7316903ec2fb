/** The options of `pnpm explore`. */
import { parseArgs } from "node:util";

export const USAGE = `usage: npx -y pnpm@12 explore [--port N] [--no-open] [--build]

Builds the explorer if needed, serves it on this machine, and opens it in the browser. The first line on stdout is its
URL. Ctrl-C stops it.

  --port N   the port to serve on (default: 0, a free one)
  --no-open  do not open the browser
  --build    build the page and print its folder, for a static host; serve nothing
  --help     show this help
`;

export interface ExploreOptions {
  readonly port: number;
  readonly opens: boolean;
  /** Whether the page is only built. */
  readonly builds: boolean;
  readonly help: boolean;
}

/** @throws Error for an unknown option, or a port that is none */
export function parseExploreArguments(args: readonly string[]): ExploreOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: "string", default: "0" },
      "no-open": { type: "boolean", default: false },
      build: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_535) {
    throw new RangeError(`--port must be a whole number from 0 to 65535, got "${values.port}"`);
  }
  return { port, opens: !values["no-open"], builds: values.build, help: values.help };
}
