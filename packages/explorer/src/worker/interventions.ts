/** Changes of the model by hand: parts of activations set to zero, or put in from another text. */
import { type NamedHook, patchActivation, runWithCache, runWithHooks, zeroAblate } from "@tsgpt/analysis";
import { type Model, promptIds } from "@tsgpt/gpt";
import { candidatesOf, mostProbable } from "@tsgpt/sampling";
import type { Intervention, InterventionRequests } from "../protocol/interventions.ts";
import type { LikelyToken } from "../protocol/text.ts";
import { describeShares, LIKELIEST } from "./describe.ts";
import { complete, type Session } from "./session.ts";

/**
 * Changes the model; the text stays, and is computed again. The likeliest tokens without a change, then after each.
 * @throws RangeError for an activation or a part of it that there is not, or for texts that do not fit; the signal's
 * reason if it aborts. The changes before stay then.
 */
export async function intervene(
  session: Session,
  { interventions, other }: InterventionRequests["intervene"]["asks"],
  signal: AbortSignal,
): Promise<LikelyToken[][]> {
  const { model, history } = session;
  const hooks = hooksOf(model, interventions, other).map((hook) => checked(hook, history.length, model));
  const likeliest = [0, ...hooks.map((_, i) => i + 1)].map((count) => {
    signal.throwIfAborted();
    return likeliestWith(session, hooks.slice(0, count));
  });
  const before = session.hooks;
  try {
    session.hooks = hooks;
    session.cache.truncate(0);
    await complete(session, signal);
  } catch (error) {
    session.hooks = before;
    session.cache.truncate(0);
    throw error;
  }
  return likeliest;
}

function hooksOf(model: Model, interventions: readonly Intervention[], other: string): NamedHook[] {
  const patched = interventions.filter(({ type }) => type === "patch").map(({ tensor }) => tensor);
  const source =
    patched.length > 0
      ? runWithCache(model, promptIds(model, other, "explorer"), { names: patched }).activations
      : new Map();
  return interventions.map(({ type, tensor, head, position }) =>
    type === "zero" ? zeroAblate(tensor, { head, position }) : patchActivation(tensor, source, { head, position }),
  );
}

/** The hook without its check of the text, which has been made: where the text becomes shorter, the hook waits. */
function checked({ names, hook, check }: NamedHook, length: number, { config }: Model): NamedHook {
  check?.(names as string, { length, heads: config.nHead });
  return { names, hook };
}

function likeliestWith({ model, history }: Session, hooks: readonly NamedHook[]): LikelyToken[] {
  const logits = runWithHooks(model, history, hooks);
  return describeShares(model, mostProbable(candidatesOf(logits.row(history.length - 1).data), LIKELIEST));
}
