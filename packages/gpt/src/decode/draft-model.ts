/**
 * A smaller model as proposer (Leviathan et al., arXiv 2211.17192): it draws the next few tokens with the same rule as
 * the text. Its cache follows the text: rejected tokens are truncated.
 */
import { KVCache } from "../kv-cache.ts";
import type { Model } from "../model.ts";
import { interruptibleForward } from "../pass/interruptible-forward.ts";
import { draw } from "./distribution.ts";
import type { Proposal, ProposerFor } from "./proposer.ts";

/**
 * Proposes the tokens that `draft` would generate, and none beyond the draft's own context.
 * @throws RangeError, when it is given to a model, unless both have the same vocabulary size
 */
export function draftModel(draft: Model): ProposerFor {
  return ({ target, capacity, distribution, uniform, signal }) => {
    checkVocabulary(draft, target);
    let cache: KVCache | undefined;
    const propose: ReturnType<ProposerFor>["propose"] = async ({ history, promptLength }, count) => {
      cache ??= new KVCache(draft.config, draft.engine, Math.min(capacity, draft.config.nPositions));
      // The last token is new since the previous call; of those before it, the accepted ones were already fed.
      cache.truncate(Math.min(cache.length, history.length - 1));
      const text = [...history];
      const proposals: Proposal[] = [];
      while (proposals.length < count && text.length <= cache.capacity) {
        const ids = text.slice(cache.length);
        const logits = await interruptibleForward(draft, [{ ids, cache }], { positions: "last" }, signal);
        if (!logits) break;
        const from = distribution(logits.data, { history: text, promptLength });
        const id = draw(from, uniform());
        proposals.push({ id, from });
        text.push(id);
      }
      return proposals;
    };
    return { propose, dispose: () => cache?.dispose() };
  };
}

function checkVocabulary(draft: Model, target: Model): void {
  const [small, large] = [draft.config.vocabSize, target.config.vocabSize];
  if (small === large) return;
  const fix = "a draft must have the target's tokenizer";
  throw new RangeError(`draftModel: "${draft.name}" has ${small} tokens, "${target.name}" has ${large}; ${fix}`);
}
