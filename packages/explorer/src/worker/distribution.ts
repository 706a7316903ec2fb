/**
 * The distribution of the next token, and what each step of the chain does to it. The sampler draws as it will for the
 * next token, and goes back: to look at a draw does not change it.
 */
import { candidatesOf, type Explanation, probabilities } from "@tsgpt/sampling";
import type { Distribution } from "../protocol/next-token.ts";
import type { Session } from "./session.ts";

export function describeDistribution(session: Session): Distribution {
  const { logits } = session;
  const { steps } = nextDraw(session, logits.length);
  const chain = steps.map(({ step, kept, massRemoved, entropyBits, removed }) => {
    return { type: step.type, kept, mass: 1 - massRemoved, entropy: entropyBits, cut: removed.map(({ id }) => id) };
  });
  return { logits: logits.slice(), probabilities: Float64Array.from(probabilities(candidatesOf(logits))), chain };
}

/** The draw of the next token; of each step at most `limit` tokens. @throws SamplingError if none is left */
export function nextDraw(session: Session, limit: number): Explanation {
  return withoutDrawing(session, ({ sampler, logits, history, promptLength }) =>
    sampler.explain(logits, { history, promptLength }, limit),
  );
}

/** What `look` returns; the sampler's state is what it was. */
export function withoutDrawing<Result>(session: Session, look: (session: Session) => Result): Result {
  const state = session.sampler.state();
  try {
    return look(session);
  } finally {
    session.sampler.restore(state);
  }
}
