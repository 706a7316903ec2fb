/** The stages of a prompt on a fixture's model. */
import { type Room, STAGE_NAMES, type Stage, type StageInput, stageOf, walkThrough } from "@tsgpt/analysis";
import type { Model } from "@tsgpt/gpt";
import { applyChain, type ChainSpec, presetChain } from "@tsgpt/sampling";
import { createSimdEngine } from "@tsgpt/tensor";
import { loadFixture } from "./fixture-files.ts";

export const loadModel = (name: string): Promise<Model> =>
  loadFixture(`packages/gpt/test/fixtures/${name}`, createSimdEngine({ threads: 1 }));

export const SMALL: Room = { lines: 22, tokens: 24 };

/** What the stages of a prompt are made from; the default chain is the lecture's. */
export async function inputOf(
  model: Model,
  prompt: string | readonly number[],
  {
    position,
    chain = presetChain("lecture"),
    room = SMALL,
  }: { position?: number; chain?: ChainSpec; room?: Room } = {},
): Promise<StageInput> {
  const { tokenizer } = model;
  const ids = typeof prompt === "string" ? (tokenizer?.encode(prompt) ?? []) : prompt;
  const walkthrough = await walkThrough(model, ids, { position });
  return {
    model,
    text: typeof prompt === "string" ? prompt : undefined,
    walkthrough,
    chain: applyChain(chain, walkthrough.logits, { history: ids.slice(0, walkthrough.position + 1) }),
    show: (id) => (tokenizer ? JSON.stringify(tokenizer.tokenText(id)) : `${id}`),
    nameOf: ({ step }) => step.type,
    room,
  };
}

export const allStages = (input: StageInput): Stage[] => STAGE_NAMES.map((name) => stageOf(name, input));
