/**
 * Speculative decoding (Leviathan et al. 2023, arXiv 2211.17192): a proposer guesses the next K tokens, one pass of the
 * model gives its distribution after each, and a rejection rule keeps the text's distribution unchanged. A pass over K
 * + 1 tokens reads the weights once, as a step does, and reading them is most of a step's cost: decision 0007 has the
 * numbers.
 */
import { type Checks, checkOptions, required } from "@tsgpt/numeric";
import { cacheFor } from "../generate.ts";
import type { KVCache } from "../kv-cache.ts";
import type { Model } from "../model.ts";
import { yieldToEventLoop } from "../pass/event-loop.ts";
import { interruptibleForward } from "../pass/interruptible-forward.ts";
import {
  type Continuation,
  checkChosen,
  continuation,
  type FinishReason,
  type GeneratedToken,
  idsToContinue,
  type TextOptions,
  textOptionChecks,
} from "./continuation.ts";
import {
  checkedDistribution,
  type Distribution,
  type DistributionOf,
  draw,
  excess,
  probabilityOf,
} from "./distribution.ts";
import type { Proposal, Proposer, ProposerFor } from "./proposer.ts";

/** How tokens are proposed and verified. */
export interface SpeculativeOptions extends TextOptions {
  /** The distribution to draw from. For greedy decoding: the most probable token with probability 1. */
  readonly distribution: DistributionOf;
  /** Uniform random numbers, 0 <= u < 1. */
  readonly uniform: () => number;
  /** draftModel(...) or promptLookup(). */
  readonly proposer: ProposerFor;
  /**
   * K, the maximum number of tokens proposed at a time. Default 3: checking 3 costs 1.5 steps of GPT-2 124M, checking 4
   * costs 1.8, and in repetitive texts two of three guesses are accepted; further ones are mostly rejected.
   */
  readonly proposals?: number | undefined;
}

const CHECKS: Checks<SpeculativeOptions> = {
  ...textOptionChecks,
  distribution: required("function"),
  uniform: required("function"),
  proposer: required("function"),
  proposals: "number",
};

/** How a run went: its passes, and how many proposals were accepted. */
export interface SpeculativeReport {
  readonly finishReason: FinishReason;
  readonly tokens: number;
  /** Passes of the model, including the prompt's; one per token without proposals. */
  readonly forwards: number;
  readonly tokensPerForward: number;
  readonly proposed: number;
  /** Accepted proposals. */
  readonly accepted: number;
  /** accepted / proposed, 0 if nothing was proposed. */
  readonly acceptanceRate: number;
}

/**
 * Yields the continuation of a prompt as `generate` does with a sampler that draws from `distribution`, and returns why
 * it ended and how many guesses were accepted. The distribution of texts is the same; the text for a given seed is not,
 * because more uniform numbers are consumed. Greedy texts are identical, bit for bit, within one kernel set and dtype
 * (docs/numerics.md).
 * @throws what `generate` throws; RangeError for a draft of another vocabulary size, for proposals below 1, for a u
 * outside [0, 1)
 */
export function generateSpeculatively(
  model: Model,
  prompt: string | readonly number[],
  options: SpeculativeOptions,
): AsyncGenerator<GeneratedToken, SpeculativeReport> {
  checkOptions("generateSpeculatively", options, CHECKS);
  const { proposals = 3, signal } = options;
  const distribution = checkedDistribution("generateSpeculatively", options.distribution);
  if (!Number.isInteger(proposals) || proposals < 1) {
    throw new RangeError(`generateSpeculatively: proposals must be a whole number, 1 or more, got ${proposals}`);
  }
  const ids = idsToContinue(model, prompt, options, "generateSpeculatively");
  const text = continuation(model, ids, options, "generateSpeculatively");
  const uniform = () => checkedUniform(options.uniform());
  const capacity = ids.length + text.remainingTokens();
  const proposer = options.proposer({ target: model, capacity, distribution, uniform, signal });
  return speculate(model, text, proposer, { ...options, distribution, proposals, uniform });
}

async function* speculate(
  model: Model,
  text: Continuation,
  proposer: Proposer,
  options: SpeculativeOptions & { readonly proposals: number },
): AsyncGenerator<GeneratedToken, SpeculativeReport> {
  const count = { forwards: 0, proposed: 0, accepted: 0 };
  const cache = cacheFor(model, text);
  try {
    for (;;) {
      const reason = text.ended();
      if (reason) return report(reason, text, count);
      const most = cache.length === 0 ? 0 : Math.min(options.proposals, text.remainingTokens() - 1);
      const proposals = most > 0 ? await proposer.propose(text, most) : [];
      for (const { id } of proposals) checkChosen("generateSpeculatively", "proposer", id, model.config.vocabSize);
      const rows = await verify(model, text, proposals, cache, options.signal);
      if (!rows) return report("abort", text, count);
      count.forwards++;
      count.proposed += proposals.length;
      count.accepted += yield* take(text, rows, proposals, options);
      cache.truncate(Math.min(cache.length, text.history.length - 1));
      await yieldToEventLoop();
    }
  } finally {
    text.release();
    cache.dispose();
    proposer.dispose();
  }
}

/**
 * The logits after the text and after each proposal, in one pass: K + 1 rows of [V]; undefined if aborted. The first
 * pass, over the whole prompt, has no proposals and computes the head once.
 */
async function verify(
  model: Model,
  text: Continuation,
  proposals: readonly Proposal[],
  cache: KVCache,
  signal?: AbortSignal,
) {
  const ids = [...text.history.slice(cache.length), ...proposals.map(({ id }) => id)];
  const positions = proposals.length > 0 ? "all" : "last";
  const logits = await interruptibleForward(model, [{ ids, cache }], { positions }, signal);
  return logits && Array.from({ length: proposals.length + 1 }, (_, i) => logits.row(i).data);
}

/** Yields the accepted proposals and the token after them; returns how many were accepted. */
async function* take(
  text: Continuation,
  rows: readonly Float32Array[],
  proposals: readonly Proposal[],
  { distribution, uniform }: SpeculativeOptions,
): AsyncGenerator<GeneratedToken, number> {
  let accepted = 0;
  for (const [i, logits] of rows.entries()) {
    const proposal = proposals[i];
    let isAccepted = false;
    yield text.next(logits, (own, context) => {
      const p = distribution(own, context);
      isAccepted = proposal !== undefined && isKept(proposal, p, uniform());
      if (isAccepted) return (proposal as Proposal).id;
      return draw(proposal ? excess(p, proposal.from) : p, uniform());
    });
    if (!isAccepted) break;
    accepted++;
    if (text.ended()) break;
  }
  return accepted;
}

/**
 * The rule: x drawn from q is accepted with probability min(1, p(x) / q(x)); otherwise the token is drawn from max(0, p
 * - q), normalized. x then has probability q(x) min(1, p(x) / q(x)) = min(p, q) in the first case and p - min(p, q) in
 * the second: p(x) in all.
 */
function isKept({ id, from }: Proposal, p: Distribution, u: number): boolean {
  return u * probabilityOf(from, id) < probabilityOf(p, id);
}

function report(
  finishReason: FinishReason,
  text: Continuation,
  count: Pick<SpeculativeReport, "forwards" | "proposed" | "accepted">,
): SpeculativeReport {
  const tokens = text.history.length - text.promptLength;
  return {
    finishReason,
    tokens,
    ...count,
    tokensPerForward: count.forwards === 0 ? 0 : tokens / count.forwards,
    acceptanceRate: count.proposed === 0 ? 0 : count.accepted / count.proposed,
  };
}

function checkedUniform(u: number): number {
  if (u >= 0 && u < 1) return u;
  throw new RangeError(`generateSpeculatively: uniform must give numbers u with 0 <= u < 1, got ${u}`);
}
