/** onnxruntime, native or WebAssembly: a session over the graph of onnx/gpt2.ts, whose outputs are its next inputs. */
import type { GPT2Config } from "@tsgpt/gpt";
import type { InferenceSession, Tensor, TypedTensor } from "onnxruntime-node";
import { cacheNames } from "../onnx/gpt2.ts";
import type { LanguageModel } from "./language-model.ts";

/** What both packages export. */
export interface Runtime {
  readonly InferenceSession: {
    create(path: string, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: typeof Tensor;
}

type Feeds = Record<string, Tensor>;

/** The native runtime, on the CPU. */
export async function onnxruntimeNode(path: string, config: GPT2Config, threads: number): Promise<LanguageModel> {
  const runtime = await import("onnxruntime-node");
  const options = { executionProviders: ["cpu"], intraOpNumThreads: threads, interOpNumThreads: 1 };
  return { kernels: "native", threads, ...(await loadGraph(runtime, path, config, options)) };
}

/** The WebAssembly runtime, which has threads in Node too; where it finds none, it lowers their number itself. */
export async function onnxruntimeWeb(path: string, config: GPT2Config, threads: number): Promise<LanguageModel> {
  const runtime = await import("onnxruntime-web");
  runtime.env.wasm.numThreads = threads;
  const model = await loadGraph(runtime, path, config, { executionProviders: ["wasm"] });
  return { kernels: "WebAssembly SIMD", threads: runtime.env.wasm.numThreads, ...model };
}

async function loadGraph(
  runtime: Runtime,
  path: string,
  config: GPT2Config,
  options: InferenceSession.SessionOptions,
): Promise<Pick<LanguageModel, "prefill" | "step">> {
  const session = await runtime.InferenceSession.create(path, { ...options, graphOptimizationLevel: "all" });
  const empty = emptyCache(runtime, config);
  let cache = empty;
  const feed = async (ids: readonly number[]): Promise<Float32Array> => {
    const idTensor = new runtime.Tensor("int64", BigInt64Array.from(ids, BigInt), [1, ids.length]);
    const outputs = await session.run({ ids: idTensor, ...cache });
    cache = nextCache(config, outputs);
    return (outputs["logits"] as TypedTensor<"float32">).data; // [1, 1, V]
  };
  return {
    prefill: (ids) => {
      cache = empty;
      return feed(ids);
    },
    step: (id) => feed([id]),
  };
}

/** Past keys and values of no token: [1, H, 0, D] each. */
function emptyCache({ Tensor }: Runtime, { nLayer, nHead, nEmbd }: GPT2Config): Feeds {
  const feeds: Feeds = {};
  for (let layer = 0; layer < nLayer; layer++) {
    for (const name of cacheNames(layer).past) {
      feeds[name] = new Tensor("float32", new Float32Array(0), [1, nHead, 0, nEmbd / nHead]);
    }
  }
  return feeds;
}

function nextCache({ nLayer }: GPT2Config, outputs: Readonly<Feeds>): Feeds {
  const feeds: Feeds = {};
  for (let layer = 0; layer < nLayer; layer++) {
    const { past, present } = cacheNames(layer);
    past.forEach((name, i) => {
      feeds[name] = outputs[present[i] as string] as Tensor;
    });
  }
  return feeds;
}
