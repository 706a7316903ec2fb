/**
 * The logits of all positions of a pass, a piece of rows at a time: a long text's would take V numbers a token, four
 * times as much memory as everything else in a pass of GPT-2.
 */
import { forwardByLayer, keyOf, type Model, type Trace, yieldToEventLoop } from "@tsgpt/gpt";
import { type Arena, layerNorm, matmulTransposed, Tensor } from "@tsgpt/tensor";

const ROWS = 128; // in a piece; of 512 at a time, the product would take 7/8 of the time

/** A row, of all sequences one after another. It is overwritten by the next. [V] */
type UseRow = (logits: Float32Array, row: number) => void;

/**
 * Calls `use` with the logits of every row.
 * @throws what `forwardBatch` throws; the signal's reason if it aborts
 */
export async function useLogits(
  model: Model,
  sequences: readonly { readonly ids: readonly number[] }[],
  use: UseRow,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { engine } = model;
  const stream = await residualStream(model, sequences, signal);
  const rows = stream.shape[0] as number;
  for (let from = 0; from < rows; from += ROWS) {
    const arena = engine.takeArena();
    try {
      const logits = headOf(model, stream.slice(from, Math.min(from + ROWS, rows)), arena);
      for (let i = 0; i < (logits.shape[0] as number); i++) use(logits.row(i).data, from + i);
    } finally {
      engine.giveArena(arena);
    }
    await yieldToEventLoop();
    signal?.throwIfAborted();
  }
}

/** [m, C] -> [m, V] */
function headOf({ config, parameters: { lnF, lmHead } }: Model, stream: Tensor, arena: Arena): Tensor {
  return matmulTransposed(layerNorm(stream, lnF, config.layerNormEpsilon, arena), lmHead, arena);
}

/** The residual stream after the last block: a pass that ends before its head. B lists of T ids -> [sum of T, C] */
async function residualStream(
  model: Model,
  sequences: readonly { readonly ids: readonly number[] }[],
  signal: AbortSignal | undefined,
): Promise<Tensor> {
  const { nEmbd, nLayer } = model.config;
  const starts = [0];
  for (const { ids } of sequences) starts.push((starts.at(-1) as number) + ids.length);
  const stream = Tensor.zeros([starts.at(-1) as number, nEmbd]);
  const key = keyOf("residPost", nLayer - 1);
  const visit: Trace["visit"] = (_, activation, sequence = 0) => {
    stream.data.set(activation.data, (starts[sequence] as number) * nEmbd);
    return activation;
  };
  const pass = forwardByLayer(model, sequences, { trace: { wants: (asked) => asked === key, visit } });
  try {
    for (let layer = 0; layer < nLayer; layer++) {
      pass.next();
      await yieldToEventLoop();
      signal?.throwIfAborted();
    }
  } finally {
    pass.return(undefined as never);
  }
  return stream;
}
