/**
 * A stage of a walkthrough as content, which a terminal and a page each lay out: a formula, sentences, and tables whose
 * columns may be bars, shades or lists. A picture is always a column of a table, so that its numbers are beside it.
 */
import type { Model } from "@tsgpt/gpt";
import type { ChainResult, StepReport } from "@tsgpt/sampling";
import type { Tensor } from "@tsgpt/tensor";
import type { Walkthrough } from "./walkthrough.ts";

/** The stages, in the order of the pass. */
export const STAGE_NAMES = [
  "tokens",
  "embeddings",
  "attention",
  "residual",
  "lens",
  "attribution",
  "distribution",
  "cache",
] as const;

/** The name of a stage. */
export type StageName = (typeof STAGE_NAMES)[number];

/** A column of a table, and how its cells are shown. */
export interface Column {
  readonly title: string;
  /**
   * `bar`: from -1 to 1, the longest is 1; `shade`: from 0 to 1; `list`: several texts, which may be broken between.
   */
  readonly kind: "text" | "number" | "bar" | "shade" | "list";
}

/** Text of a text or number column, a number of a bar or shade, texts of a list; undefined is an empty cell. */
export type Cell = string | number | readonly string[] | undefined;

/** A table of a stage. */
export interface Table {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** The row of the position, or of the target. */
  readonly marked?: number | undefined;
  /** The first of the last rows whose bars are sums of many. */
  readonly sumsFrom?: number | undefined;
  /** Sentences below it. */
  readonly notes: readonly string[];
}

/** A pattern that has too many columns for a table, drawn whole: a cell for each weight. */
export interface Picture {
  readonly caption: string;
  /** Weights from 0 to 1. [T, T] */
  readonly pattern: Tensor;
  /** The row of the position. */
  readonly marked: number;
}

/** One stage of a forward pass: its formula, facts, picture and tables. */
export interface Stage {
  readonly name: StageName;
  readonly title: string;
  readonly formula: readonly string[];
  readonly facts: readonly string[];
  readonly picture?: Picture | undefined;
  readonly tables: readonly Table[];
}

/** How much a stage may show. */
export interface Room {
  /** Lines of the whole stage, as a guide: what has a fixed number of lines is never cut. */
  readonly lines: number;
  /** Columns of a heat map. */
  readonly tokens: number;
  /** Whether a heat map of more columns is drawn as a picture; else its table has some of them. */
  readonly pictures?: boolean | undefined;
}

/** What the stages are made of: a pass over a prompt, and the chain that chose the next token. */
export interface StageInput {
  readonly model: Model;
  /** The prompt; undefined if it was given as ids. */
  readonly text: string | undefined;
  readonly walkthrough: Walkthrough;
  readonly chain: ChainResult;
  /** A token, as a person reads it. */
  readonly show: (id: number) => string;
  /** A step of the chain with its parameters, and what it drew. */
  readonly nameOf: (step: StepReport) => string;
  readonly room: Room;
}

/** Tokens `from` to `to` - 1, at most `limit`, among them the position: the first ones give way. */
export function windowOf(length: number, position: number, limit: number): { from: number; to: number } {
  const to = Math.max(position + 1, Math.min(length, limit));
  return { from: Math.max(0, to - limit), to };
}

/** What a window leaves out; nothing if it is everything. */
export function windowNote({ from, to }: { from: number; to: number }, length: number, what = "Tokens"): string[] {
  if (from === 0 && to === length) return [];
  return [`${what} ${from} to ${to - 1} of 0 to ${length - 1} are shown.`];
}

/** Each value in proportion to the largest magnitude. */
export function bars(values: readonly number[]): number[] {
  const largest = Math.max(...values.map(Math.abs));
  return values.map((value) => (largest === 0 ? 0 : value / largest));
}

/** `12,345` */
export function count(value: number): string {
  return value.toLocaleString("en");
}

/** `41.2%`: two digits behind the point, or two significant ones below 0.01%. */
export function percent(probability: number): string {
  const percentage = 100 * probability;
  if (percentage === 0) return "0%";
  return percentage >= 0.01 ? `${percentage.toFixed(2)}%` : `${Number(percentage.toPrecision(2))}%`;
}

/** `+1.234`, with a sign for what is added. */
export function signed(value: number): string {
  return `${value < 0 ? "" : "+"}${value.toFixed(3)}`;
}
