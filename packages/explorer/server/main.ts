/** `pnpm explore`: builds the page if needed, serves it on this machine, and opens it; or only builds it. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type ExploreOptions, parseExploreArguments, USAGE } from "./arguments.ts";
import { buildIfNeeded } from "./build.ts";
import { serve } from "./serve.ts";

const explorer = fileURLToPath(new URL("../..", import.meta.url)); // from server/dist

try {
  await explore(parseExploreArguments(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`error: ${describe(error as NodeJS.ErrnoException)}\n`);
  process.exitCode = 1;
}

async function explore({ port, opens, builds, help }: ExploreOptions): Promise<void> {
  if (help) {
    process.stdout.write(USAGE);
    return;
  }
  const site = await buildIfNeeded(explorer);
  if (builds) {
    process.stdout.write(`${site}\n`);
    return;
  }
  const { url, close } = await serve(site, port);
  // a signal may come more than once: from the terminal, from npx and from pnpm
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void close());
  process.stdout.write(`${url}\n`);
  process.stderr.write("The explorer is at this address; Ctrl-C stops it.\n");
  if (opens) openBrowser(url);
}

/** A machine without a browser is no error: the address has been printed. */
function openBrowser(url: string): void {
  const [command, ...args] =
    process.platform === "win32"
      ? ["cmd", "/c", "start", '""', url]
      : [process.platform === "darwin" ? "open" : "xdg-open", url];
  spawn(command as string, args, { stdio: "ignore", detached: true })
    .on("error", () => {})
    .unref();
}

function describe({ code, message }: NodeJS.ErrnoException): string {
  if (code === "EADDRINUSE") return "this port is taken; choose another with --port N, or 0 for a free one";
  return code === "EACCES" ? "this port is not allowed; choose another with --port N, or 0 for a free one" : message;
}
