/** The trace of the bundled model without relaxed SIMD, which no option of the command line asks for. */
import { fileURLToPath } from "node:url";
import { loadModel } from "@tsgpt/gpt/node";
import { createSimdEngine } from "@tsgpt/tensor";
import { traceFile } from "../src/worker/trace.ts";

const FOLDER = fileURLToPath(new URL("../../../weights/fairytales", import.meta.url));

export async function plainTrace(ids: readonly number[]): Promise<Buffer> {
  const engine = createSimdEngine({ threads: 1, relaxed: false });
  const model = await loadModel(FOLDER, { engine });
  const file = await traceFile(model, ids, () => {}, new AbortController().signal);
  engine.dispose();
  return Buffer.from(await file.arrayBuffer());
}
