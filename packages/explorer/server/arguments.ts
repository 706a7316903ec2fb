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
    args: withPort(args),
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

/** A port's value is one even if it begins as an option does, so that it is told as a wrong port. */
function withPort(args: readonly string[]): string[] {
  const at = args.indexOf("--port");
  if (at < 0 || at === args.length - 1) return [...args];
  return [...args.slice(0, at), `--port=${args[at + 1]}`, ...args.slice(at + 2)];
}
