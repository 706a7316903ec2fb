/** The commands in the documents, and how a test runs each: unchanged in a shell, except those listed here. */
import { blocks, documents, inlineCode, prose } from "./documents.ts";

export interface Command {
  readonly document: string;
  /** As the document has it: a block's lines, or the text between backticks. */
  readonly code: string;
  /** What the shell is given. */
  readonly run: string;
}

interface Exception {
  readonly code: RegExp;
  readonly document?: string;
  /** What is added, so that it takes seconds; without it, nothing is run. */
  readonly add?: string;
  readonly reason: string;
}

/** Every command that is not run unchanged. */
export const EXCEPTIONS: readonly Exception[] = [
  { code: /^tsgpt [a-z]+$/, add: " --help", reason: "the name of a command in a sentence" },
  { code: /^npx -y pnpm@12 --silent tsgpt$/, add: " --help", reason: "what `tsgpt` stands for in the examples" },
  {
    code: /tsgpt bench --preset gpt2 /,
    add: " --prompt-tokens 2 --new-tokens 1 --depth 0 --runs 1",
    reason: "takes minutes; of an option that is given twice the last counts",
  },
  {
    code: /^npx -y pnpm@12 bench$/,
    add: " --only cache --quick --output bench-results",
    reason: "takes half an hour, and with --quick a minute still",
  },
  { code: /^npx -y pnpm@12 bench --only/, add: " --quick --output bench-results", reason: "takes minutes" },
  {
    code: /^npx -y pnpm@12 bench-load$/,
    add: " --only rates --rates 20 --quick --output bench-results",
    reason: "takes an hour, and its streams a minute still",
  },
  { code: /^npx -y pnpm@12 bench-load --only/, add: " --quick --output bench-results", reason: "takes minutes" },
  {
    code: /^npx -y pnpm@12 bench-scale/,
    add: " --quick --output bench-results",
    reason: "takes minutes",
  },
  { code: /^npx -y pnpm@12 fuzz/, add: " --inputs 200", reason: "takes minutes" },
  { code: /^\.ci\/run$/, reason: "runs these tests" },
  { code: /^node --no-enable-avx-vnni/, reason: "an option of Node 24" },
  { code: /^(npx )?pnpm/, document: "docs/decisions/0011-first-run.md", reason: "says what does not work" },
  {
    code: /^node examples\/try\.mjs$/,
    reason: "runs a block that was saved there; test/readme.test.ts runs every block",
  },
  { code: /^npx tsx/, document: "tools/reference/README.md", reason: "writes the input of a script that needs Python" },
  { code: /^apt-get install/, reason: "needs root and the network" },
  { code: /^(python|\.venv)/, document: "tools/reference/README.md", reason: "needs Python and PyTorch" },
  { code: /^npm /, document: "bench/peers/README.md", reason: "downloads half a gigabyte" },
  {
    code: /^npm run training$/,
    document: "docs/performance.md",
    reason: "takes minutes, beside PyTorch if it is there",
  },
  { code: /^npx tsx /, document: "bench/peers/README.md", reason: "takes minutes, and names a Python of the reader's" },
  {
    code: /^tsgpt [a-z]+ --[a-z-]+$/,
    document: "docs/explorer.md",
    reason: "names an option; what an export is compared to",
  },
  {
    code: /^(?:curl|(?:\w+=\S+ )?tsgpt serve --|node packages\/cli\/dist\/main\.js serve )/,
    document: "docs/serve.md",
    reason: "needs a server, or is one; test/serve-doc.test.ts runs it",
  },
  {
    code: /^npx -y pnpm@12 --silent tsgpt serve /,
    reason: "serves until it is stopped; test/serve-doc.test.ts runs it",
  },
  {
    code: /^npx -y pnpm@12 (train-bundled|bundled-loss|bundled-curve)\b/,
    reason: "needs the corpus, and hours",
  },
  { code: /^npx -y pnpm@12 explorer-/, reason: "opens a browser, and writes pictures or takes minutes" },
  {
    code: /^npm install bullmq ioredis$/,
    document: "docs/batch.md",
    reason: "needs the network; a clone has both packages",
  },
  {
    code: /^npx -p tsgpt -p bullmq -p ioredis tsgpt batch$/,
    document: "docs/batch.md",
    reason: "needs the network, and tsgpt on npm",
  },
  {
    code: / --queue redis:/,
    document: "docs/batch.md",
    reason: "needs a Redis server; packages/cli/test/batch-kill.test.ts runs batches with one",
  },
  {
    code: /^(npx -y tsgpt|npm install (@tsgpt\/|tsgpt))/,
    reason: "not on npm yet; test/registry.test.ts does it with a registry of its own, test/packed.test.ts without one",
  },
];

/** What runs the blocks of each language. */
export const LANGUAGES: Readonly<Record<string, string>> = {
  sh: "test/document-commands.test.ts",
  console: "test/transcripts.test.ts",
  ts: "test/readme.test.ts",
  js: "test/packed.test.ts, in an empty project",
  text: "test/packed.test.ts: what the js block before it prints",
  "": "test/sampling-doc.test.ts: the blocks of docs/sampling.md",
  python: "nothing: the block of docs/int8-layout.md needs Python, which the tests do not",
};

/** Scripts of package.json that the shell's `npx` and `npm` stand in for. `$ROOT` is the repository. */
export const STAND_INS: Readonly<Record<string, { readonly run: string; readonly reason: string }>> = {
  start: { run: 'node "$ROOT/packages/cli/dist/main.js" generate "$@"', reason: "built already" },
  tsgpt: { run: 'node "$ROOT/packages/cli/dist/main.js" "$@"', reason: "built already" },
  bench: { run: 'node "$ROOT/bench/dist/run.js" "$@"', reason: "built already" },
  "bench-load": { run: 'node "$ROOT/bench/dist/load/run.js" "$@"', reason: "built already" },
  "bench-scale": { run: 'node "$ROOT/bench/dist/scale/run.js" "$@"', reason: "built already" },
  fuzz: { run: `${tsx("packages/gpt/test/fuzz/run.ts")} "$@"`, reason: "built already" },
  conformance: {
    run: `TSGPT_GPT2= ${tsx("packages/gpt/test/conformance/run.ts")}`,
    reason: "GPT-2's weights are not here: it says what it skips",
  },
  build: { run: "true", reason: "built already" },
  browser: {
    run: "true",
    reason: "serves until it is stopped; test/browser/example.test.ts builds and serves the same",
  },
  explore: {
    run: "true",
    reason: "serves until it is stopped; test/browser/explorer/text.test.ts runs it",
  },
  test: { run: "true", reason: "runs these tests" },
  "test:full": { run: "true", reason: "runs these tests" },
  check: { run: "true", reason: "a part of .ci/run" },
  format: { run: "true", reason: "would change the sources" },
  "api-reference": { run: "true", reason: "needs the network; test/api-reference.test.ts builds it in the full run" },
  "shipped-model-docs": {
    run: "true",
    reason: "would change the documents; tests compare what each part writes with the documents",
  },
  "sampling-doc": {
    run: "true",
    reason: "would change the document; test/sampling-doc.test.ts compares what it writes",
  },
  "detection-doc": {
    run: "true",
    reason: "would change the document; test/detection-doc.test.ts compares what it writes",
  },
  "browser-doc": {
    run: "true",
    reason:
      "would change the document's times; test/browser/bundle.test.ts bundles, measures the sizes and runs the same",
  },
  "prompting-doc": {
    run: "true",
    reason: "would change the document; test/prompting-doc.test.ts compares what it writes",
  },
  "training-doc": {
    run: "true",
    reason: "would change the document; test/training-doc.test.ts compares what it writes",
  },
};

function tsx(file: string): string {
  return `"$ROOT/node_modules/.bin/tsx" --conditions=@tsgpt/source "$ROOT/${file}"`;
}

const IS_COMMAND = /^(?:[A-Z]\w+=\S+ )?(?:npx|npm|pnpm|node|tsgpt|tail|apt-get|python|\.venv\/\S+|\.ci\/run)(?: |$)/;
/** docs/sampling.md has a test of its own, test/sampling-doc.test.ts, for its blocks. */
const code = documents.flatMap((document) => [
  ...blocks("sh")
    .filter((block) => block.document === document)
    .map((block) => ({ document, code: block.code.trimEnd() })),
  ...inlineCode(document)
    .filter((code) => IS_COMMAND.test(code) && code !== "node" && code !== "tsgpt")
    .map((code) => ({ document, code })),
]);

export const exceptionFor = ({ document, code }: Pick<Command, "document" | "code">): Exception | undefined =>
  EXCEPTIONS.find((exception) => exception.code.test(code) && (exception.document ?? document) === document);

/** All commands, and those of them that are run. */
export const commands = code.map((command) => ({ ...command, exception: exceptionFor(command) }));
export const runnable: readonly Command[] = commands
  .filter(({ exception }) => exception === undefined || exception.add !== undefined)
  .map(({ document, code, exception }) => ({ document, code, run: code + (exception?.add ?? "") }));

/** Options in the prose that are Node's, pnpm's and commander's. */
export const FOREIGN_OPTIONS = [
  "--no-enable-avx-vnni",
  "--disable-wasm-trap-handler",
  "--jitless",
  "--silent",
  "--help",
  "--conditions",
  "--record",
];

/** Every option that a document mentions: `--top-p 0.9`, `--no-cache`. */
export const options = documents.flatMap((document) =>
  [...prose(document).matchAll(/(?<=[`\s])--[a-z][a-z-]*[a-z]/g)].map(([option]) => ({ document, option })),
);
