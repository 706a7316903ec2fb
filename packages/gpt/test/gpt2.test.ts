/** GPT-2 124M itself, where a folder with its weights is given: TSGPT_GPT2=folder pnpm test. Ids as published. */
import { argmax, Tensor } from "@tsgpt/tensor";
import { expect, test } from "vitest";
import { generate } from "../src/generate.ts";
import { loadModel } from "../src/node/index.ts";

const folder = process.env["TSGPT_GPT2"];

test.skipIf(!folder)(
  "GPT-2 124M continues [464, 3290] (The dog) greedily as published",
  { timeout: 600_000 },
  async () => {
    const model = await loadModel(folder as string);
    const ids: number[] = [];
    const sample = (logits: Float32Array) => argmax(new Tensor(logits, [logits.length]));
    for await (const { id } of generate(model, [464, 3290], { sample, maxTokens: 18 })) ids.push(id);
    expect(ids).toEqual([
      373, 1043, 287, 257, 2214, 1474, 262, 16246, 286, 2688, 290, 2688, 27262, 13, 198, 198, 464, 3290,
    ]);
  },
);
