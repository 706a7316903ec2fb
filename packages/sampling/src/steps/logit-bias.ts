/**
 * Logit bias: a number added to the logits of named tokens, as in OpenAI's API: 1 multiplies the odds by e, -100 all but
 * bans. Plain data: { "bias": { "50256": -100 } }. A token that is masked stays masked.
 */
import { bounded } from "../bounded.ts";
import { type Candidates, indexOf } from "../candidates.ts";
import { SamplingError, show } from "../errors.ts";
import { checkIds, type Parameter } from "../parameter.ts";
import { checkStep, type Rule, type StepContext } from "../rule.ts";
import { copyLogits } from "../scratch.ts";

export interface LogitBias {
  readonly type: "logit-bias";
  /** By token id. */
  readonly bias: Readonly<Record<string, number>>;
}

/**
 * The logits with each bias added.
 * @throws SamplingError unless every key is a token id and every bias a finite number, and no logit leaves its bounds.
 */
export function logitBias(candidates: Candidates, step: Omit<LogitBias, "type">, context: StepContext): Candidates {
  checkStep(LOGIT_BIAS, step);
  const biases = Object.entries(step.bias).map(([id, bias]) => [Number(id), bias] as const);
  checkIds(
    LOGIT_BIAS.type,
    biases.map(([id]) => id),
    context.vocabularySize,
  );
  if (biases.length === 0) return candidates;
  const logits = copyLogits(candidates.logits);
  for (const [id, bias] of biases) {
    const at = indexOf(candidates, id);
    if (at >= 0) logits[at] = bounded(logits[at]! + bias, LOGIT_BIAS.type, id);
  }
  return { ids: candidates.ids, logits };
}

const bias: Parameter = {
  required: true,
  check(value, name) {
    const rule = "must be an object of finite numbers by token id";
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new SamplingError(`${name} ${rule}, got ${show(value)}`);
    }
    for (const [id, number] of Object.entries(value)) {
      if (/^(0|[1-9]\d*)$/.test(id) && Number.isFinite(number)) continue;
      throw new SamplingError(`${name} ${rule}; it has ${show(id)}: ${show(number)}`);
    }
  },
};

export const LOGIT_BIAS: Rule<LogitBias> = {
  type: "logit-bias",
  kind: "constraint",
  parameters: { bias },
  apply: logitBias,
};
