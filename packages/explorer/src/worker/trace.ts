/**
 * Every activation of a text as a safetensors file, byte for byte that of `tsgpt logits --trace`. One pass over all
 * ids, without a cache. Each activation goes to a Blob at once, which the browser may keep on disk: the worker holds
 * one at a time.
 */
import {
  activationKeys,
  chainTraces,
  type GPT2Config,
  interruptibleForward,
  layoutSafetensors,
  type Model,
  type TensorToWrite,
  type Trace,
} from "@tsgpt/gpt";

/** The largest trace that is written, in bytes. */
const MOST_BYTES = 1e9;

/** Bytes of the activations of `tokens` tokens, and of their ids. */
export function traceBytes({ nLayer, nHead, nEmbd, nInner, vocabSize }: GPT2Config, tokens: number): number {
  const perToken = 11 * nEmbd + 2 * nInner + 2 * nHead * tokens; // of a block; scores and pattern are [H, T, T]
  return 4 * tokens * (nLayer * perToken + 3 * nEmbd + vocabSize) + 8 * tokens;
}

/**
 * The file, of the model as `changes` leave it. Reports how much of 1 is computed.
 * @throws RangeError for a trace that is too large; the signal's reason if it aborts
 */
export async function traceFile(
  model: Model,
  ids: readonly number[],
  report: (done: number) => void,
  signal: AbortSignal,
  changes?: Trace,
): Promise<Blob> {
  const bytes = traceBytes(model.config, ids.length);
  if (bytes > MOST_BYTES) {
    throw new RangeError(`${describeSize(ids, bytes)}, and this page writes at most ${inMB(MOST_BYTES)}; ${ADVICE}`);
  }
  try {
    return await recorded(model, ids, report, signal, changes);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new RangeError(`${describeSize(ids, bytes)}, which this browser's memory does not have; ${ADVICE}`, {
      cause,
    });
  }
}

const ADVICE = "shorten the text";

const describeSize = ({ length }: readonly number[], bytes: number): string =>
  `The trace of ${length} tokens takes ${inMB(bytes)}`;

const inMB = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;

async function recorded(
  model: Model,
  ids: readonly number[],
  report: (done: number) => void,
  signal: AbortSignal,
  changes?: Trace,
): Promise<Blob> {
  const tensors = new Map<string, Pick<TensorToWrite, "dtype" | "shape">>();
  const parts = new Map<string, Blob>();
  const keep = (key: string, { dtype, shape, data }: TensorToWrite) => {
    tensors.set(key, { dtype, shape });
    parts.set(key, new Blob([data as ArrayBufferView<ArrayBuffer>]));
  };
  keep("ids", { dtype: "I64", shape: [ids.length], data: BigInt64Array.from(ids, BigInt) });
  const total = activationKeys(model.config.nLayer).length + 1;
  const recorder: Trace = {
    wants: () => true,
    visit: (key, activation) => {
      const { shape, data } = activation.clone();
      keep(key, { dtype: "F32", shape, data });
      if (key.endsWith("hook_resid_post")) report(parts.size / total);
      return activation;
    },
  };
  const trace = changes ? chainTraces(changes, recorder) : recorder;
  const result = await interruptibleForward(model, [{ ids }], { trace }, signal);
  if (!result) signal.throwIfAborted();
  const { header, order } = layoutSafetensors(tensors, {});
  return new Blob([header as Uint8Array<ArrayBuffer>, ...order.map((key) => parts.get(key) as Blob)]);
}
