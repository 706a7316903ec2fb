/** The summary of tsgpt generate on stderr. */
import { type Model, weightBytes } from "@tsgpt/gpt";
import { tokensPerSecond } from "../generate/completion.ts";
import type { DecodeResult, Speculation } from "../generate/decode.ts";
import type { LinesResult } from "../generate/generate-lines.ts";
import { pluralize } from "./pluralize.ts";

/** One line with tokens, time, speed and seed; for speculative decoding, another on the proposals. */
export function summary(result: DecodeResult, seed: number | undefined): string {
  const { completions, prefillSeconds, decodeSeconds, speculation } = result;
  const count = completions.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const seconds = (prefillSeconds + decodeSeconds).toFixed(2);
  const speed = `${tokensPerSecond(count, result).toFixed(1)} tokens/s`;
  const drawn = completions.filter(({ tokens }) => tokens.length > 0).length;
  const line = `${pluralize(count, "token")}, ${seconds} s, ${speed}${describeSeed(seed, drawn)}\n`;
  return speculation ? line + describeSpeculation(speculation) : line;
}

/** One line with the numbers of lines and tokens, time, speed, seed, and lines that failed or were not finished. */
export function summaryOfLines(
  { lines, tokens, failures, unfinished, seconds }: LinesResult,
  seed: number | undefined,
): string {
  const counts = `${pluralize(lines, "line")}, ${pluralize(tokens, "token")}`;
  const speed = `${seconds.toFixed(2)} s, ${(seconds > 0 ? tokens / seconds : 0).toFixed(1)} tokens/s`;
  const missing = (failures > 0 ? `, ${failures} failed` : "") + (unfinished > 0 ? `, ${unfinished} not finished` : "");
  return `${counts}, ${speed}${describeSeed(seed, Math.min(1, tokens))}${missing}\n`;
}

/** Empty if nothing was drawn; sample i of `drawn` has the seed plus i. */
function describeSeed(seed: number | undefined, drawn: number): string {
  if (seed === undefined || drawn === 0) return "";
  return drawn === 1 ? `, seed ${seed}` : `, seeds ${seed} to ${seed + drawn - 1}`;
}

function describeSpeculation({ proposed, accepted, acceptanceRate, tokensPerForward, speedUp }: Speculation): string {
  const rate = `${accepted} of ${proposed} proposals accepted (${(100 * acceptanceRate).toFixed(0)}%)`;
  const gain = speedUp === undefined ? "" : `, ${speedUp.toFixed(2)} times as fast as plain decoding`;
  return `${rate}, ${tokensPerForward.toFixed(2)} tokens per pass${gain}\n`;
}

/** The memory of each part, and the total that an engine with its own memory has reserved. */
export function describeEngine(model: Model, { cacheBytes }: Pick<DecodeResult, "cacheBytes">): string {
  const { kernelSet, threads, arenaBytes, memory } = model.engine;
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const weights = `${model.parameters.wte.dtype} weights ${megabytes(weightBytes(model))}`;
  const parts = `${weights}, cache ${megabytes(cacheBytes)}, arena ${megabytes(arenaBytes)}`;
  const held = memory ? `; engine memory ${megabytes(memory.heldBytes)}` : "";
  return `${kernelSet} kernels, ${pluralize(threads, "thread")}; ${parts}${held}\n`;
}
