/**
 * `pnpm browser-doc [--sizes]`: writes what docs/performance.md says of browsers: the sizes of the bundles, and the times
 * from a page's start to the first token. --sizes leaves the times as they are; they need a machine at rest.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { commandLine } from "../../bench/src/command-line.ts";
import { describeMachine, machine } from "../../packages/measure/src/node/index.ts";
import { median } from "../../packages/numeric/src/index.ts";
import { type Application, BUNDLERS, type BundlerName, bundle, createProject } from "./bundlers.ts";
import { launch, runPage } from "./run-page.ts";
import { brotliBytes, gzipBytes, rawBytes } from "./sizes.ts";

const ROUNDS = 9;
const root = join(import.meta.dirname, "../..");
const DOCUMENT = join(root, "docs/performance.md");
const MODEL = join(root, "weights/fairytales");

const { values } = commandLine("usage: pnpm browser-doc [--sizes]", () =>
  parseArgs({ options: { sizes: { type: "boolean", default: false } } }),
);

const names = Object.keys(BUNDLERS) as BundlerName[];
const projects = { generation: createProject("generation"), everything: createProject("everything") };
try {
  rewrite("sizes", await sizesTable());
  if (!values.sizes) rewrite("times", await timesTable());
} finally {
  for (const project of Object.values(projects)) rmSync(project, { recursive: true });
}

async function sizesTable(): Promise<string> {
  const rows: string[][] = [];
  for (const name of names) {
    const [generation, everything] = [await sizesOf(name, "generation"), await sizesOf(name, "everything")];
    rows.push([name, ...generation, ...everything]);
  }
  const kinds = ["raw", "gzip", "brotli"];
  return table(["kB", ...kinds, ...kinds.map((kind) => `all exports, ${kind}`)], rows);
}

async function sizesOf(name: BundlerName, application: Application): Promise<string[]> {
  const folder = await bundle(name, projects[application]);
  return [rawBytes(folder), gzipBytes(folder), brotliBytes(folder)].map((bytes) => (bytes / 1e3).toFixed(1));
}

/** Rounds alternate between a page that is isolated and one that is not; a page has an empty cache. */
async function timesTable(): Promise<string> {
  const folder = await bundle("vite", projects.generation);
  const browser = await launch();
  const kinds = [true, false].map((isolated) => ({ isolated, threads: 0, milliseconds: [] as number[] }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const kind of kinds) {
      const result = await runPage(browser, { folder, model: MODEL, isolated: kind.isolated });
      kind.threads = result.threads;
      kind.milliseconds.push(result.firstTokenAfter);
    }
  }
  const where = `${describeMachine(machine())}; Chromium ${browser.version()}, ${new Date().toISOString().slice(0, 10)}.`;
  await browser.close();
  const rows = kinds.map(({ isolated, threads, milliseconds }) => {
    const numbers = [median(milliseconds), Math.min(...milliseconds), Math.max(...milliseconds)];
    return [isolated ? "isolated" : "not isolated", String(threads), ...numbers.map((number) => number.toFixed(0))];
  });
  return `${where}\n\n${table(["page", "threads", "median, ms", "lowest", "highest"], rows)}`;
}

/** A Markdown table, aligned as `pnpm format` does; the first column is text, the others are numbers. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column].length)));
  const cell = (text: string, column: number) =>
    column === 0 ? text.padEnd(widths[column]) : text.padStart(widths[column]);
  const line = (row: readonly string[]) => `| ${row.map(cell).join(" | ")} |\n`;
  const rule = widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return line(head) + line(rule) + rows.map(line).join("");
}

/** Replaces what is between the part's comments in the document. */
function rewrite(part: string, text: string): void {
  const [start, end] = [`<!-- ${part} by pnpm browser-doc -->\n`, "<!-- end -->"];
  const document = readFileSync(DOCUMENT, "utf8");
  const from = document.indexOf(start);
  if (from < 0) throw new Error(`docs/performance.md has no line ${start.trim()}`);
  const to = document.indexOf(end, from);
  writeFileSync(DOCUMENT, `${document.slice(0, from)}${start}\n${text}\n${document.slice(to)}`);
}
