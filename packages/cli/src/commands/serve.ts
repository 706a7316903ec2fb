/** tsgpt serve: an OpenAI-compatible server on one model, for many people at once. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Model } from "@tsgpt/gpt";
import { type CloseReport, createScheduler, isLoopback, type Server, serve as serveModel } from "@tsgpt/serve";
import { CliError, usageError } from "../cli-error.ts";
import { command } from "../command.ts";
import { findModel } from "../model/find-model.ts";
import { loadFound } from "../model/load-model.ts";
import { makeEngine } from "../model/make-engine.ts";
import { engineOptions } from "../options/engine.ts";
import { quiet } from "../options/generation.ts";
import { modelOptions } from "../options/model.ts";
import { type OptionsOf, option } from "../options/option.ts";
import { numberFrom, wholeNumber } from "../options/values.ts";
import { readApiKey } from "../serve/api-key.ts";
import { promptLine, responseLine } from "../serve/log.ts";
import { gatherOrigins } from "../serve/origins.ts";
import { termination } from "../terminal/interruption.ts";
import { note } from "../terminal/note.ts";
import { pluralize } from "../terminal/pluralize.ts";
import { VERSION } from "../version.ts";

const MIB = 2 ** 20;

const options = [
  ...modelOptions,
  ...engineOptions,
  { heading: "Address:" },
  option("--host <address>", "the address to listen on", { default: "127.0.0.1" }),
  option("--port <n>", "the port; 0: any free one", { parse: wholeNumber(0, 65_535), default: 8000 }),
  option("--api-key <source>", "require this key: @FILE, or env:NAME for an environment variable"),
  option("--cors <origin>", "let pages of this origin use the server; * for all; may be repeated", {
    parse: gatherOrigins,
  }),
  { heading: "Limits:" },
  option("--max-running <n>", "sequences generated at once", { parse: wholeNumber(1, 1024), default: 16 }),
  option("--max-waiting <n>", "requests in the queue; beyond it the answer is 429", {
    parse: wholeNumber(1, 100_000),
    default: 64,
  }),
  option("--cache-memory <MiB>", "memory of all KV caches (default: 1024, or what is available)", {
    parse: wholeNumber(1),
  }),
  option("--time-limit <seconds>", "time of a request, waiting included", {
    parse: numberFrom(0.001, 86_400),
    default: 600,
  }),
  option("--grace <seconds>", "after SIGTERM or Ctrl-C: time for running requests", {
    parse: wholeNumber(0, 86_400),
    default: 30,
  }),
  { heading: "Log:" },
  { ...quiet, description: "log no requests on stderr" },
  option("--log-prompts", "log the text of prompts, too", { conflicts: "quiet" }),
] as const;

type ServeFlags = OptionsOf<typeof options>;

const HELP = `\
The first line on stdout is the server's URL. Its API is OpenAI's completions API, with all sampling options of tsgpt
generate as further fields in snake case (top_k, min_p, dialect): /v1/completions, /v1/models, /tokenize, /detokenize,
/health, /ready, /metrics for Prometheus, and /openapi.json, which describes all of it. The explorer's page is at /,
once \`pnpm explore --build\` has made it.
Defaults are OpenAI's: max_tokens 16, temperature 1, top_p 1, n 1, dialect openai; temperature 0 is greedy. The same
seed and options give the text that tsgpt generate gives. docs/serve.md has examples.

Without --api-key only this machine can use the server: --host takes 127.0.0.1, ::1 or localhost. Clients send the key
as the header Authorization: Bearer KEY. It is not given on the command line, where other users could see it.

SIGTERM or Ctrl-C ends the server: what runs is finished, for at most --grace seconds; a second Ctrl-C ends it at once.

Examples:
  $ tsgpt serve
  $ tsgpt serve --model gpt2 --port 8000
  $ tsgpt serve --host 0.0.0.0 --api-key env:TSGPT_API_KEY
  $ tsgpt serve --port 0 --cors http://localhost:3000`;

export const serve = command({
  name: "serve",
  summary: "answer requests over HTTP, as OpenAI's API does",
  arguments: [],
  options,
  help: HELP,
  action: serveCommand,
});

/** Runs the command, until a signal ends it. @throws CliError for options or a port that cannot be served with */
async function serveCommand(flags: ServeFlags): Promise<void> {
  const { signal } = termination();
  if (flags.host === "") throw usageError("--host is empty; give an address of this machine, such as 127.0.0.1");
  const apiKey = flags.apiKey === undefined ? undefined : await readApiKey(flags.apiKey);
  if (apiKey === undefined && !isLoopback(flags.host)) {
    throw usageError(`others can reach the address ${flags.host}: give --api-key, or --host 127.0.0.1`);
  }
  const found = await findModel(flags, signal);
  const engine = await makeEngine(flags);
  const model = await loadFound(found, engine, flags.dtype, signal);
  const server = await start(model, flags, apiKey);
  process.stdout.write(`${server.url}\n`);
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
  report(await server.close(flags.grace * 1000), flags.grace);
}

async function start(model: Model, flags: ServeFlags, apiKey: string | undefined): Promise<Server> {
  const { host, port, maxRunning, maxWaiting, cacheMemory, timeLimit } = flags;
  const cacheLimit = cacheMemory === undefined ? undefined : cacheMemory * MIB;
  const scheduler = createScheduler(model, { maxRunning, maxWaiting, cacheLimit, timeLimit: timeLimit * 1000 });
  const log = (line: string) => void process.stderr.write(line);
  try {
    return await serveModel(model, {
      scheduler,
      version: VERSION,
      host,
      port,
      apiKey,
      timeLimit,
      corsOrigins: flags.cors,
      page: pageFolder(),
      withoutPage: WITHOUT_PAGE,
      onFault: (error) => note(`a request failed: ${(error as Error).stack ?? error}`),
      onResponse: flags.quiet ? undefined : (response) => log(responseLine(response)),
      onPrompt: flags.logPrompts ? (text) => log(promptLine(text)) : undefined,
    });
  } catch (error) {
    throw listenError(error as NodeJS.ErrnoException, flags);
  }
}

const OTHER_PORT = "choose another with --port N, or --port 0 for any free one";

function listenError(error: NodeJS.ErrnoException, { host, port }: ServeFlags): Error {
  if (error.code === "EADDRINUSE") return new CliError(`port ${port} of ${host} is in use; ${OTHER_PORT}`, 1);
  if (error.code === "EACCES") return new CliError(`port ${port} of ${host} is not allowed; ${OTHER_PORT}`, 1);
  if (error.code !== "EADDRNOTAVAIL" && error.code !== "ENOTFOUND") return error;
  return new CliError(
    `--host ${JSON.stringify(host)} is no address of this machine; use 127.0.0.1, or 0.0.0.0 for all`,
    1,
  );
}

const WITHOUT_PAGE =
  "The server is running; the explorer's page is not built here: run <code>npx -y pnpm@12 explore --build</code> in " +
  "tsgpt's repository and start the server again.";

/** The built page of the explorer, in this repository; undefined where it is not. */
function pageFolder(): string | undefined {
  const folder = fileURLToPath(new URL("../../../explorer/dist", import.meta.url));
  return existsSync(join(folder, "index.html")) ? folder : undefined;
}

function report({ finished, cancelled }: CloseReport, grace: number): void {
  const ended = cancelled === 0 ? "none cancelled" : `${cancelled} cancelled after ${pluralize(grace, "second")}`;
  process.stderr.write(`stopped: ${pluralize(finished, "running sequence")} finished, ${ended}\n`);
}
