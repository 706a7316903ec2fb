/** Candidates without some of them, for the steps that ban tokens. */
import { type Candidates, keepWhere } from "./candidates.ts";
import { SamplingError } from "./errors.ts";
import type { Workspace } from "./workspace.ts";

/** The candidates that are not banned. @throws SamplingError naming the step that bans, if none is left */
export function without(
  candidates: Candidates,
  banned: ReadonlySet<number>,
  type: string,
  workspace: Workspace,
): Candidates {
  if (banned.size === 0) return candidates;
  const kept = keepWhere(candidates, (i) => !banned.has(candidates.ids[i]!), workspace);
  if (kept.ids.length > 0) return kept;
  const all = candidates.ids.length === 1 ? "the one candidate" : `all ${candidates.ids.length} candidates`;
  throw new SamplingError(`${type}: no token is left, ${all} would be banned`);
}
