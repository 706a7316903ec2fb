/** What an option's text means, checked where it is parsed; every message names the range. */
import { InvalidArgumentError } from "commander";

/** A parser of whole numbers from `least` to `most`. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`must be a whole number from ${least} to ${most}`);
  };
}

/** A parser of finite numbers above 0, and at most `most` where one is given. */
export function positiveNumber(most = Number.POSITIVE_INFINITY): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (Number.isFinite(value) && value > 0 && value <= most) return value;
    const range = most === Number.POSITIVE_INFINITY ? "a finite number above 0" : `above 0 and at most ${most}`;
    throw new InvalidArgumentError(`must be ${range}`);
  };
}

/** A number above 0 and below 1. */
export function properShare(text: string): number {
  const value = Number(text);
  if (value > 0 && value < 1) return value;
  throw new InvalidArgumentError("must be above 0 and below 1");
}

/** A parser of temperatures; 0 is told what it is taken for elsewhere. */
export function temperature(text: string): number {
  if (text.trim() === "" || Number(text) !== 0) return positiveNumber()(text);
  throw new InvalidArgumentError("must be above 0; for the most probable token use --greedy");
}

/** Ids from `1,2,3`. */
export function tokenIds(text: string): number[] {
  const parse = wholeNumber(0);
  return text.split(",").map((id) => parse(id.trim()));
}

/** Gathers an option that may be given again and again; "" would stop everything. */
export function gather(text: string, before: readonly string[] = []): string[] {
  if (text === "") throw new InvalidArgumentError("must not be empty");
  return [...before, text];
}

/** How a prompt is fed: all at once without a cache, one token at a time, or the first K at once and then steps. */
export type Feeding = "none" | "step" | { readonly prefill: number };

/** `none`, `step` or `prefill:K`. */
export function feeding(text: string): Feeding {
  if (text === "none" || text === "step") return text;
  const prefill = /^prefill:(.*)$/.exec(text)?.[1];
  if (prefill === undefined) throw new InvalidArgumentError("must be none, step or prefill:K");
  return { prefill: wholeNumber(1)(prefill) };
}

/** A tolerance: a finite number, 0 or more. */
export function tolerance(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError("must be a finite number, 0 or more");
}
