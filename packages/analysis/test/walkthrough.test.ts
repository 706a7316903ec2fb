/** A walkthrough keeps one position of a pass: it says what the whole recorded pass says there. */
import { directLogitAttribution, logitLens, walkThrough } from "@tsgpt/analysis";
import { createReferenceEngine, createSimdEngine, type Tensor } from "@tsgpt/tensor";
import { describe, expect, test } from "vitest";
import { lensFixture, recorded } from "./lens-fixtures.ts";

const norm = (row: Tensor | undefined): number => Math.hypot(...(row?.data ?? []));

describe.each([
  ["the last position", "fairytales-1", undefined],
  ["a position in the middle", "fairytales-1", 9],
  ["the first, of a model with one head", "tiny-odd-sizes", 0],
] as const)("%s", async (_, name, asked) => {
  const { ids } = await lensFixture(name);
  const { model, activations, logits } = await recorded(name, ids, createSimdEngine({ threads: 1 }));
  const { nLayer, nHead } = model.config;
  const [layer, head] = [nLayer - 1, nHead - 1];
  const found = await walkThrough(model, ids, { position: asked, layer, head });
  const position = asked ?? ids.length - 1;
  const at = (key: string) => activations.get(key)?.row(position);

  test("logits, lens and attribution are those of the whole pass, bit for bit", () => {
    expect(found).toMatchObject({ ids, position });
    expect(Array.from(found.logits)).toEqual(Array.from(logits.row(position).data));
    expect(found.logits[found.target]).toBe(Math.max(...found.logits));
    expect(found.lens).toEqual(logitLens(model, activations, { position }));
    expect(found.attribution).toEqual(directLogitAttribution(model, activations, { position }));
  });

  test("the pattern is the head's, with the scores of the position's row", () => {
    const whole = activations.get(`blocks.${layer}.attn.hook_pattern`)?.row(head);
    expect(found.attention).toMatchObject({ layer, head, pattern: whole });
    const scores = activations.get(`blocks.${layer}.attn.hook_attn_scores`)?.row(head).row(position);
    expect(Array.from(found.attention.scores.data)).toEqual(Array.from(scores?.data ?? []));
  });

  test("norms and embeddings are those of the recorded rows", () => {
    expect(found.embedding.sum.data).toEqual(at("blocks.0.hook_resid_pre")?.data);
    expect(found.embeddingNorms.token).toHaveLength(ids.length);
    expect(found.embeddingNorms.position[position]).toBeCloseTo(norm(at("hook_pos_embed")), 10);
    for (const [l, norms] of found.layers.entries()) {
      const block = (key: string) => expect.closeTo(norm(at(`blocks.${l}.${key}`)), 10);
      expect(norms).toEqual({
        before: block("hook_resid_pre"),
        attention: block("hook_attn_out"),
        afterAttention: block("hook_resid_mid"),
        mlp: block("hook_mlp_out"),
        after: block("hook_resid_post"),
        key: block("attn.hook_k"),
        value: block("attn.hook_v"),
      });
    }
  });
});

describe("refuses", async () => {
  const { ids } = await lensFixture("tiny-tied");
  const { model } = await recorded("tiny-tied", ids, createReferenceEngine());
  test.each([
    [{ position: 11 }, "explain: position must be a whole number from 0 to 10, got 11"],
    [{ layer: 3 }, "explain: layer must be a whole number from 0 to 2, got 3"],
    [{ head: 3 }, "explain: head must be a whole number from 0 to 2, got 3"],
    [{ target: 61 }, "explain: target must be a whole number from 0 to 60, got 61"],
  ])("%j", async (options, message) => {
    await expect(walkThrough(model, ids, options)).rejects.toThrow(new RangeError(message));
  });

  test("an aborted signal, with its reason", async () => {
    await expect(walkThrough(model, ids, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: "AbortError",
    });
  });
});
