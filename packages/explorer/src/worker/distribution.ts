/** The distribution of the next token, and what each step of the chain does to it. */
import { applyChain, candidatesOf, probabilities } from "@tsgpt/sampling";
import type { Distribution } from "../protocol/next-token.ts";
import type { Session } from "./session.ts";

export function describeDistribution({ logits, chain: specification, history, promptLength }: Session): Distribution {
  const { steps } = applyChain(specification, logits, { history, promptLength }, { limit: logits.length });
  const chain = steps.map(({ step, kept, massRemoved, entropyBits, removed }) => {
    return { type: step.type, kept, mass: 1 - massRemoved, entropy: entropyBits, cut: removed.map(({ id }) => id) };
  });
  return { logits: logits.slice(), probabilities: Float64Array.from(probabilities(candidatesOf(logits))), chain };
}
