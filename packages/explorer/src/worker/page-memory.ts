/** What the page keeps of a model's text besides what its engine needs, computed from its config. */
import type { GPT2Config } from "@tsgpt/gpt";
import type { PageMemory } from "../protocol/model.ts";
import { blockBytes } from "./block-runs.ts";
import { residualBytes } from "./residuals.ts";

/** Elements, messages, and what a browser lets pile up before it collects it: more than the most that was measured. */
const OTHER = 250e6;

/** Bytes at the full context, with everything open. */
export function pageMemory(config: GPT2Config): PageMemory {
  const [residuals, block] = [residualBytes(config), blockBytes(config)];
  return { residuals, block, other: OTHER, total: residuals + block + OTHER };
}
