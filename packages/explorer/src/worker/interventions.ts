/** Changes of the model by hand: parts of activations set to zero, or put in from another text. */
import { type Activations, type NamedHook, patchActivation, traceOfHooks, zeroAblate } from "@tsgpt/analysis";
import {
  checkActivationKey,
  forward,
  interruptibleForward,
  logSumOfExp,
  type Model,
  promptIds,
  quote,
  record,
} from "@tsgpt/gpt";
import { candidatesOf, mostProbable } from "@tsgpt/sampling";
import { layerNorm, matmulTransposed, onHeap, Tensor } from "@tsgpt/tensor";
import type { Effect, Intervention } from "../protocol/interventions.ts";
import { LIKELIEST, textOf } from "./describe.ts";
import { complete, type Session } from "./session.ts";

/**
 * Changes the model; the text stays, and is computed again, and so are the probabilities of its generated tokens.
 * @throws RangeError for an activation or a part of it that there is not, or a position that the other text does not
 * have; the signal's reason if it aborts. The changes before stay then.
 */
export async function intervene(
  session: Session,
  interventions: readonly Intervention[],
  signal: AbortSignal,
): Promise<void> {
  const hooks = hooksOf(session.model, interventions);
  const { hooks: before, draws, isReplayable } = session;
  try {
    session.hooks = hooks;
    session.cache.truncate(0);
    await complete(session, signal);
  } catch (error) {
    session.hooks = before;
    session.cache.truncate(0);
    throw error;
  }
  const logprobs = logprobsOf(session);
  session.draws = draws.map((draw, i) => ({ ...draw, logprob: logprobs[i] as number }));
  session.isReplayable = isReplayable && draws.length === 0; // they were drawn from other logits
}

/** What each intervention in force does to the next token, beyond those before it. @throws the signal's reason */
export async function effectsOf(session: Session, signal: AbortSignal): Promise<Effect[][]> {
  const { hooks, logits, model } = session;
  const rows: Float32Array[] = [];
  for (const count of hooks.keys()) rows.push(await logitsWith(session, hooks.slice(0, count), signal));
  rows.push(logits);
  return hooks.map((_, i) => effectBetween(model, rows[i] as Float32Array, rows[i + 1] as Float32Array));
}

/** Of the tokens that are among the likeliest before or after. */
function effectBetween({ tokenizer }: Model, before: Float32Array, after: Float32Array): Effect[] {
  const likeliest = [after, before].flatMap((row) => mostProbable(candidatesOf(row), LIKELIEST));
  const [was, is] = [before, after].map((row) => logSumOfExp(row, 0, "effects")) as [number, number];
  const effects = [...new Set(likeliest.map(({ id }) => id))].map((id) => ({
    id,
    text: textOf(tokenizer, id),
    before: Math.exp((before[id] as number) - was),
    after: Math.exp((after[id] as number) - is),
  }));
  return effects.sort((a, b) => b.after - a.after);
}

async function logitsWith(session: Session, hooks: readonly NamedHook[], signal: AbortSignal): Promise<Float32Array> {
  const { model, history: ids } = session;
  const trace = traceOfHooks(model, [{ ids, hooks }], "explorer");
  const logits = await interruptibleForward(model, [{ ids }], { positions: "last", trace }, signal);
  if (!logits) throw signal.reason;
  return logits.data;
}

/**
 * The hooks, checked once: where a text is too short for one, it waits, for the text may become longer.
 * @throws RangeError as `intervene`
 */
function hooksOf(model: Model, interventions: readonly Intervention[]): NamedHook[] {
  const sources = new Map<string, Activations>();
  const sourceOf = (text: string): Activations => {
    const names = interventions.flatMap((one) => (one.type === "patch" && one.from === text ? [one.tensor] : []));
    const source = sources.get(text) ?? activationsOf(model, text, names);
    sources.set(text, source);
    return source;
  };
  return interventions.map((one) => {
    const { type, tensor, head, position } = one;
    const part = { ...(head !== undefined && { head }), ...(position !== undefined && { position }) };
    const hook = type === "zero" ? zeroAblate(tensor, part) : patchActivation(tensor, sourceOf(one.from), part);
    return checked(model, hook);
  });
}

/** Those of text B; its logits, V numbers a token, are not computed. @throws RangeError for one that there is not */
function activationsOf(model: Model, text: string, names: readonly string[]): Activations {
  const activations = new Map<string, Tensor>();
  for (const name of names) checkActivationKey(model.config.nLayer, name, "explorer");
  const trace = record(activations, (key) => names.includes(key));
  forward(model, promptIds(model, text, "text B"), { positions: "last", trace });
  return activations;
}

/** @throws RangeError for an activation, head or position that no text of the model has */
function checked(model: Model, { names, hook, check }: NamedHook): NamedHook {
  if (!CHANGEABLE.test(names as string)) {
    const rule = "an intervention changes an embedding or an activation of a block";
    throw new RangeError(`${rule}, such as blocks.0.attn.hook_z; got ${quote(names as string)}`);
  }
  const { nHead, nPositions } = model.config;
  traceOfHooks(model, [{ ids: new Uint8Array(nPositions), hooks: [{ names, hook }] }], "explorer"); // the name
  check?.(names as string, { length: nPositions, heads: nHead });
  return { names, hook };
}

const CHANGEABLE = /^(hook_embed|hook_pos_embed|blocks\..*)$/s;

const ROWS = 32; // of logits at a time, which are V numbers each

/** ln p of each generated token, from the residual streams. */
function logprobsOf({ model, residuals, history, promptLength, draws }: Session): number[] {
  const { config, parameters, engine } = model;
  const first = promptLength - 1; // its logits gave the first generated token
  const logprobs: number[] = [];
  for (let from = 0; from < draws.length; from += ROWS) {
    const count = Math.min(ROWS, draws.length - from);
    const rows = Array.from({ length: count }, (_, i) => residuals.row(config.nLayer, first + from + i));
    const stream = new Tensor(Float32Array.from(rows.flatMap((row) => [...row])), [count, config.nEmbd]);
    const normed = layerNorm(stream, parameters.lnF, config.layerNormEpsilon, onHeap(engine));
    const logits = matmulTransposed(normed, parameters.lmHead, onHeap(engine)); // [count, V]
    for (let i = 0; i < count; i++) {
      const position = promptLength + from + i;
      const row = logits.row(i).data;
      logprobs.push((row[history[position] as number] as number) - logSumOfExp(row, position, "intervene"));
    }
  }
  return logprobs;
}
