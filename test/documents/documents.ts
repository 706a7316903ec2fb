/** The documents of the repository, and what is written in them as code. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

export const root = join(import.meta.dirname, "../..");

/** CHANGELOG.md and docs/log.md record what was true on their dates, so nothing holds them to the code of today. */
const RECORDS = ["CHANGELOG.md", "docs/log.md"];
/** Written by the benchmarks. */
const MEASURED = "bench/results/";

/** Paths from the root. */
export const documents: readonly string[] = markdownIn(root)
  .map((path) => relative(root, path).replaceAll("\\", "/"))
  .filter((path) => !RECORDS.includes(path) && !path.startsWith(MEASURED) && !path.startsWith("examples/"))
  .sort();

function markdownIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return /^(node_modules|dist|fixtures|\.git|\.venv)$/.test(entry.name) ? [] : markdownIn(path);
    return entry.name.endsWith(".md") ? [path] : [];
  });
}

export const text = (path: string): string => readFileSync(join(root, path), "utf8");

export interface Block {
  readonly document: string;
  /** Of the document's blocks in this language, from 1. */
  readonly number: number;
  readonly code: string;
}

const FENCE = /^( *)```(\S*)\n([\s\S]*?)^ *```$/gm;

/** The fenced blocks in one language; "" for those that name none. */
export function blocks(language: string): Block[] {
  return documents.flatMap((document) =>
    [...text(document).matchAll(FENCE)]
      .filter((match) => match[2] === language)
      .map((match, i) => ({ document, number: i + 1, code: match[3] })),
  );
}

/** The languages of all fenced blocks. */
export const languages = (): Set<string> =>
  new Set(documents.flatMap((document) => [...text(document).matchAll(FENCE)].map((match) => match[2])));

/** A document without its blocks. */
export const prose = (document: string): string => text(document).replaceAll(FENCE, "");

/** The text between backticks in the prose, on one line each. */
export const inlineCode = (document: string): string[] =>
  [...prose(document).matchAll(/`([^`]+)`/g)].map(([, code]) => code.replaceAll(/\s*\n\s*/g, " "));

/** Whether a path leads somewhere, from the root or from the document's own folder. */
export const leadsSomewhere = (document: string, path: string): boolean =>
  existsSync(join(root, path)) || existsSync(join(root, dirname(document), path));
