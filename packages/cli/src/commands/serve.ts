/** tsgpt serve: an OpenAI-compatible server on one model, for many people at once. */
import type { Model } from "@tsgpt/gpt";
import { type CloseReport, createScheduler, type Scheduler, type Server, serve as serveModel } from "@tsgpt/serve";
import { CliError } from "../cli-error.ts";
import { command } from "../command.ts";
import { findModel } from "../model/find-model.ts";
import { loadFound } from "../model/load-model.ts";
import { makeEngine } from "../model/make-engine.ts";
import { engineOptions } from "../options/engine.ts";
import { quiet } from "../options/generation.ts";
import { modelOptions } from "../options/model.ts";
import { type OptionsOf, option } from "../options/option.ts";
import { numberFrom, wholeNumber } from "../options/values.ts";
import { addressOf, noAddress } from "../serve/address.ts";
import { readApiKey } from "../serve/api-key.ts";
import { promptLine, responseLine } from "../serve/log.ts";
import { gatherOrigins } from "../serve/origins.ts";
import { explorerPage } from "../serve/page.ts";
import { termination } from "../terminal/interruption.ts";
import { note } from "../terminal/note.ts";
import { pluralize } from "../terminal/pluralize.ts";
import { VERSION } from "../version.ts";

const MIB = 2 ** 20;
const MOST_CACHE_MEMORY = 2 ** 20; // 1 TiB: no engine has more

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
    parse: wholeNumber(1, MOST_CACHE_MEMORY),
  }),
  option("--no-reuse-prefixes", "compute every prompt whole: no time then shows what others have sent"),
  option("--time-limit <seconds>", "time of a request, waiting included", {
    parse: numberFrom(0.001, 86_400),
    default: 600,
  }),
  option("--grace <seconds>", "after a signal to end: time for running requests", {
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
/health, /ready, /metrics for Prometheus, and /openapi.json, which describes all of it. In tsgpt's repository the
explorer's page is at /, once \`npx -y pnpm@12 explore --build\` has made it.
Defaults are OpenAI's: max_tokens 16, temperature 1, top_p 1, n 1, dialect openai; temperature 0 is greedy. The same
seed and options give the text that tsgpt generate gives. docs/serve.md has examples.

Without --api-key only this machine can use the server: --host takes 127.0.0.1, ::1 or localhost. Clients send the key
as the header Authorization: Bearer KEY. It is not given on the command line, where other users could see it.

SIGTERM, SIGHUP or Ctrl-C ends the server: what runs is finished, for at most --grace seconds; a second Ctrl-C ends it
at once.

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
  const apiKey = flags.apiKey === undefined ? undefined : await readApiKey(flags.apiKey);
  const address = await addressOf(flags.host, apiKey !== undefined);
  const found = await findModel(flags, signal);
  const engine = await makeEngine(flags);
  const model = await loadFound(found, engine, flags.dtype, signal);
  const server = await start(model, flags, { address, apiKey });
  process.stdout.write(`${server.url}\n`);
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
  report(await server.close(flags.grace * 1000), flags.grace);
}

interface Access {
  readonly address: string;
  readonly apiKey: string | undefined;
}

async function start(model: Model, flags: ServeFlags, { address, apiKey }: Access): Promise<Server> {
  const { port, timeLimit } = flags;
  const log = (line: string) => void process.stderr.write(line);
  try {
    return await serveModel(model, {
      scheduler: schedulerOf(model, flags),
      version: VERSION,
      host: address,
      port,
      apiKey,
      timeLimit,
      corsOrigins: flags.cors,
      ...explorerPage(),
      onFault: (error) => note(`a request failed: ${(error as Error).stack ?? error}`),
      onResponse: flags.quiet ? undefined : (response) => log(responseLine(response)),
      onPrompt: flags.logPrompts ? (text) => log(promptLine(text)) : undefined,
    });
  } catch (error) {
    throw listenError(error as NodeJS.ErrnoException, flags);
  }
}

function schedulerOf(model: Model, flags: ServeFlags): Scheduler {
  const { maxRunning, maxWaiting, cacheMemory, reusePrefixes, timeLimit } = flags;
  const cacheLimit = cacheMemory === undefined ? undefined : cacheMemory * MIB;
  const limits = { maxRunning, maxWaiting, cacheLimit, reusePrefixes, timeLimit: timeLimit * 1000 };
  const scheduler = createScheduler(model, limits);
  const taken = scheduler.status().cacheLimit;
  if (cacheLimit !== undefined && taken < cacheLimit) {
    note(`--cache-memory is more than the engine has for caches: ${Math.floor(taken / MIB)} MiB are used`);
  }
  return scheduler;
}

const OTHER_PORT = "choose another with --port N, or --port 0 for any free one";

function listenError(error: NodeJS.ErrnoException, { host, port }: ServeFlags): Error {
  if (error.code === "EADDRINUSE") return new CliError(`port ${port} of ${host} is in use; ${OTHER_PORT}`, 1);
  if (error.code === "EACCES") return new CliError(`port ${port} of ${host} is not allowed; ${OTHER_PORT}`, 1);
  return error.code === "EADDRNOTAVAIL" ? noAddress(host) : error;
}

function report({ finished, cancelled }: CloseReport, grace: number): void {
  const ended = cancelled === 0 ? "none cancelled" : `${cancelled} cancelled after ${pluralize(grace, "second")}`;
  process.stderr.write(`stopped: ${pluralize(finished, "running sequence")} finished, ${ended}\n`);
}
