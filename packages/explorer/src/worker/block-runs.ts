/**
 * The activations of a text, for whoever asks for them one after another: a block is run again, from the residual
 * stream before it, when another block's are asked for. All patterns of a long text would not fit into memory.
 */
import type { NumberSource } from "@tsgpt/analysis";
import { chainTraces, forwardBlock, keyOf, record } from "@tsgpt/gpt";
import { embedding, layerNorm, onHeap, type Tensor } from "@tsgpt/tensor";
import { interventionsOf, type Session } from "./session.ts";

/** The activations of one layer of one text. */
interface BlockRun {
  readonly history: readonly number[];
  readonly hooks: Session["hooks"];
  readonly layer: number;
  readonly activations: ReadonlyMap<string, Tensor>;
}

const lastRuns = new WeakMap<Session, BlockRun>();

/** The numbers of a session's text, with its interventions. Its cache must be full. */
export function numbersOf(session: Session): NumberSource {
  const { model, history: ids } = session;
  return { model, ids, activation: (key) => activationOf(session, key) };
}

/** The activations of a layer over the whole text. */
export function blockRun(session: Session, layer: number): ReadonlyMap<string, Tensor> {
  const { model, residuals, history, hooks } = session;
  const last = lastRuns.get(session);
  if (last?.layer === layer && last.history === history && last.hooks === hooks) return last.activations;
  lastRuns.delete(session); // its memory, before that of the next
  const activations = new Map<string, Tensor>();
  const before = residuals.before(layer, history.length);
  forwardBlock(model, layer, before, { trace: chainTraces(interventionsOf(session), record(activations)) });
  lastRuns.set(session, { history, hooks, layer, activations });
  return activations;
}

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
