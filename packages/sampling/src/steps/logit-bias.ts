/**
 * Logit bias: a number added to the logits of named tokens, as in OpenAI's API: 1 multiplies the odds by e, -100
 * practically bans. Plain data: { "bias": { "50256": -100 } }. A masked token stays masked.
 */
import { objectWith } from "@tsgpt/numeric";
import { bounded } from "../bounded.ts";
import { type Candidates, indexOf } from "../candidates.ts";
import { SamplingError, show } from "../errors.ts";
import { checkIds, type Parameter } from "../parameter.ts";
import { contextStep, type StepContext } from "../step.ts";
import { copyLogits, type Workspace } from "../workspace.ts";

export interface LogitBias {
  readonly type: "logit-bias";
  /** By token id. */
  readonly bias: Readonly<Record<string, number>>;
}

function addBiases(
  candidates: Candidates,
  step: Omit<LogitBias, "type">,
  context: StepContext,
  workspace: Workspace,
): Candidates {
  const biases = Object.entries(step.bias).map(([id, bias]) => [Number(id), bias] as const);
  const ids = biases.map(([id]) => id);
  checkIds("logit-bias", ids, context.vocabularySize);
  if (biases.length === 0) return candidates;
  const logits = copyLogits(workspace, candidates.logits);
  for (const [id, bias] of biases) {
    const at = indexOf(candidates, id);
    if (at >= 0) logits[at] = bounded(logits[at]! + bias, "logit-bias", id);
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

interface Options {
  /** By token id. */
  readonly logitBias: Readonly<Record<string, number>>;
}

/**
 * The logits with each bias added.
 * @throws SamplingError unless every key is a token id and every bias a finite number, and no logit leaves its bounds.
 */
export const logitBias = contextStep<LogitBias, Options>({
  type: "logit-bias",
  kind: "constraint",
  parameters: { bias },
  options: { logitBias: { check: objectWith("an object of numbers by token id") } },
  flags: {
    logitBias: { takes: { kind: "biases" } },
  },
  build: ({ logitBias: bias }) => ({ type: "logit-bias", bias }),
  run: addBiases,
});
