/** Top-k by a quickselect. The specification is in steps/top-k.ts. */
import type { Candidates } from "../candidates.ts";
import type { Boundary } from "../parameter.ts";
import type { Workspace } from "../workspace.ts";
import { keepAtLeast, keepLargest } from "./threshold.ts";

interface TopK {
  readonly k: number;
  readonly boundary?: Boundary;
}

/** The k candidates with the largest logits, or all that reach the k-th. */
export function selectTopK(candidates: Candidates, { k, boundary }: TopK, workspace: Workspace): Candidates {
  const { logits } = candidates;
  if (k === 0 || k >= logits.length) return candidates;
  if (boundary === "hf") return keepAtLeast(candidates, logits, Infinity, k, workspace);
  return keepLargest(candidates, logits, k, workspace);
}
