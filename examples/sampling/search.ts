/** Beyond one draw a token: beams, contrastive search, speculative decoding. */

import {
  beamSearch,
  contrastiveSearch,
  type DistributionOf,
  draftModel,
  generateSpeculatively,
  type Model,
  type ProposerFor,
  promptLookup,
  type SpeculativeReport,
} from "@tsgpt/gpt";
import { createGenerator, nextUniform } from "@tsgpt/numeric";
import { type ChainSpec, createSampler, presetChain, probabilities } from "@tsgpt/sampling";
import { WIDE } from "./distribution.ts";
import { type Chapter, claim, type Lab, write } from "./lab.ts";
import { LOOPING, loopAtEnd } from "./loops.ts";
import { digits, percent, quotation, table } from "./markdown.ts";

export async function search(lab: Lab): Promise<Chapter> {
  return { values: { ...(await beams(lab)), ...(await contrastive(lab)), ...(await speculation(lab)) } };
}

const BEAMS = { beams: 4, maxTokens: 20, numReturn: 2 };

async function beams(lab: Lab) {
  const { sequences } = await beamSearch(lab.model, WIDE, BEAMS);
  const greedy = await write(lab, WIDE, presetChain("greedy"), { maxTokens: BEAMS.maxTokens });
  const greedyScore = greedy.tokens.reduce((sum, { logprob }) => sum + logprob, 0) / greedy.tokens.length;
  const [best] = sequences as [(typeof sequences)[0]];
  claim(loopAtEnd(best.ids) !== undefined, "the best of the beams is a loop");
  claim(best.score > greedyScore, "the best of the beams is likelier than the greedy text");
  return {
    "beams.texts": sequences.map(({ score, text }) => `${digits(score)}:\n\n${quotation(WIDE, text)}`).join("\n\n"),
    "beams.greedy": digits(greedyScore),
    "beams.best": digits(best.score),
  };
}

async function contrastive({ model }: Lab) {
  let text = "";
  for await (const token of contrastiveSearch(model, WIDE, { topK: 4, penaltyAlpha: 0.6, maxTokens: 28 })) {
    text += token.text;
  }
  return { "contrastive.text": quotation(WIDE, text) };
}

/** The first half of the model's blocks, with its own head: a draft that is on the shelf. */
function halfOf({ name, config, parameters, ...rest }: Model): Model {
  const nLayer = config.nLayer / 2;
  const blocks = parameters.blocks.slice(0, nLayer);
  return { ...rest, name: `half of ${name}`, config: { ...config, nLayer }, parameters: { ...parameters, blocks } };
}

async function speculation(lab: Lab) {
  const runs: readonly (readonly [string, ProposerFor, string, ChainSpec, number])[] = [
    ["its own text (prompt lookup)", promptLookup(), "greedy", presetChain("greedy"), 100],
    ["its own text (prompt lookup)", promptLookup(), "top-p 0.9", presetChain("lecture"), 60],
    ["half of its blocks (draft)", draftModel(halfOf(lab.model)), "greedy", presetChain("greedy"), 24],
  ];
  const reports: SpeculativeReport[] = [];
  for (const [, proposer, , chain, maxTokens] of runs) reports.push(await speculate(lab, proposer, chain, maxTokens));
  claim(reports[0]!.acceptanceRate > 2 * reports[1]!.acceptanceRate, "a loop is guessed well, a drawn text is not");
  const rows = reports.map(({ accepted, proposed, acceptanceRate, tokensPerForward }, i) => [
    runs[i]![0],
    runs[i]![2],
    `${accepted} of ${proposed}`,
    percent(acceptanceRate),
    digits(tokensPerForward),
  ]);
  return { "speculation.table": table(["guessed from", "chain", "accepted", "rate", "tokens a pass"], rows, 2) };
}

async function speculate(
  { model }: Lab,
  proposer: ProposerFor,
  chain: ChainSpec,
  maxTokens: number,
): Promise<SpeculativeReport> {
  const sampler = createSampler(chain, { seed: 1 });
  const generator = createGenerator(1);
  const distribution: DistributionOf = (logits, context) => {
    const candidates = sampler.distribution(logits, context);
    return { ids: candidates.ids, probabilities: probabilities(candidates) };
  };
  const uniform = () => nextUniform(generator);
  const run = generateSpeculatively(model, LOOPING, { proposer, distribution, uniform, maxTokens });
  for (;;) {
    const step = await run.next();
    if (step.done) return step.value;
  }
}
