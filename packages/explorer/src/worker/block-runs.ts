/**
 * The activations of a text, for whoever asks for them one after another: a block is run again, from the residual
 * stream before it, when another block's are asked for. All patterns of a long text would not fit into memory, so one
 * block's are kept, in memory that the next block's take over.
 */
import type { NumberSource } from "@tsgpt/analysis";
import { chainTraces, forwardBlock, type GPT2Config, keyOf, type Trace } from "@tsgpt/gpt";
import { embedding, layerNorm, onHeap, Tensor } from "@tsgpt/tensor";
import { allocateFloats } from "./floats.ts";
import { interventionsOf, type Session } from "./session.ts";

/** The activations of one layer of one text. */
interface BlockRun {
  readonly history: readonly number[];
  readonly hooks: Session["hooks"];
  readonly layer: number;
  readonly activations: ReadonlyMap<string, Tensor>;
}

/** What is kept of a session: memory for each activation of a block at the full context, and whose they are. */
interface Kept {
  readonly memory: Map<string, Float32Array>;
  run: BlockRun | undefined;
}

const kept = new WeakMap<Session, Kept>();

/** Bytes of a block's activations at the full context, kept here and, of scores and patterns, in the engine. */
export function blockBytes({ nHead, nEmbd, nInner, nPositions }: GPT2Config): number {
  const perToken = 11 * nEmbd + 2 * nInner;
  const maps = 2 * nHead * nPositions; // scores and pattern are [H, T, T]
  return 4 * nPositions * (perToken + 2 * maps);
}

/** The numbers of a session's text, with its interventions. Its cache must be full. */
export function numbersOf(session: Session): NumberSource {
  const { model, history: ids } = session;
  return { model, ids, activation: (key) => activationOf(session, key) };
}

/** The activations of a layer over the whole text; valid until those of another layer or text are asked for. */
export function blockRun(session: Session, layer: number): ReadonlyMap<string, Tensor> {
  const { history, hooks } = session;
  const known = knownRun(session, layer);
  if (known) return known.activations;
  const own: Kept = kept.get(session) ?? { memory: new Map(), run: undefined };
  kept.set(session, own);
  own.run = undefined;
  const activations = new Map<string, Tensor>();
  run(session, layer, recordInto(activations, own.memory, session.model.config));
  own.run = { history, hooks, layer, activations };
  return activations;
}

/** Shows a layer's pattern over the whole text, which is not kept. [H, T, T] */
export function withPattern(session: Session, layer: number, look: (pattern: Tensor) => void): void {
  const key = keyOf("pattern", layer);
  const known = knownRun(session, layer)?.activations.get(key);
  const visit: Trace["visit"] = (_, activation) => {
    look(activation);
    return activation;
  };
  if (known) look(known);
  else run(session, layer, { wants: (asked) => asked === key, visit });
}

/** Gives the memory of the last block back. */
export function forgetBlock(session: Session): void {
  kept.delete(session);
}

function knownRun(session: Session, layer: number): BlockRun | undefined {
  const last = kept.get(session)?.run;
  const isSame = last?.layer === layer && last.history === session.history && last.hooks === session.hooks;
  return isSame ? last : undefined;
}

function run(session: Session, layer: number, trace: Trace): void {
  const { model, residuals, history } = session;
  const before = residuals.before(layer, history.length);
  forwardBlock(model, layer, before, { trace: chainTraces(interventionsOf(session), trace) });
}

/** Copies every activation of a block into its memory. */
function recordInto(activations: Map<string, Tensor>, memory: Kept["memory"], { nPositions }: GPT2Config): Trace {
  const visit: Trace["visit"] = (key, activation) => {
    const { size, shape, data } = activation;
    const name = key.replace(/^blocks\.\d+\./, "");
    const tokens = isMap(name) ? (shape[1] as number) ** 2 : (shape[0] as number);
    const most = isMap(name) ? nPositions ** 2 : nPositions;
    const own = memory.get(name) ?? allocateFloats((size / tokens) * most, `${name} of a whole context`);
    memory.set(name, own);
    own.set(data);
    activations.set(key, new Tensor(own.subarray(0, size), shape));
    return activation;
  };
  return { wants: () => true, visit };
}

const isMap = (name: string): boolean => /hook_(attn_scores|pattern)$/.test(name);

function activationOf(session: Session, key: string): Tensor {
  const { model, history, residuals } = session;
  const layer = /^blocks\.(\d+)\./.exec(key)?.[1];
  if (layer !== undefined) return blockRun(session, Number(layer)).get(key) as Tensor;
  const { config, parameters, engine } = model;
  const heap = onHeap(engine);
  const outside: Readonly<Record<string, () => Tensor>> = {
    [keyOf("embed", 0)]: () => embedding(parameters.wte, history, heap),
    [keyOf("posEmbed", 0)]: () => embedding(parameters.wpe, [...history.keys()], heap),
    [keyOf("lnFinal", 0)]: () =>
      layerNorm(residuals.before(config.nLayer, history.length), parameters.lnF, config.layerNormEpsilon, heap),
  };
  return interventionsOf(session).visit(key, (outside[key] as () => Tensor)());
}
