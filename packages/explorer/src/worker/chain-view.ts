/** What the chain does to the next token's distribution, step by step, and what will be drawn. */
import { type Candidates, type Explanation, mostProbable, probabilities, type StepReport } from "@tsgpt/sampling";
import type { Chain, CutTokens, Draw, Interval, StepView, Summary } from "../protocol/next-token.ts";
import { describeShares, textOf } from "./describe.ts";
import { nextDraw, withoutDrawing } from "./distribution.ts";
import { endOf, type Session } from "./session.ts";

const INTERVALS = 60; // more could not be told apart on a screen

/** What the chain leaves. @throws SamplingError if no token is left */
export function describeSummary(session: Session): Summary {
  const { logits, history, promptLength } = session;
  const left = withoutDrawing(session, ({ sampler }) => sampler.distribution(logits, { history, promptLength }));
  return summaryOf(session, left);
}

function summaryOf({ model, logits, workspace }: Session, left: Candidates): Summary {
  const [likeliest] = describeShares(model, mostProbable(left, 1, workspace));
  return { vocabSize: logits.length, kept: left.ids.length, likeliest: likeliest as Summary["likeliest"] };
}

/** Of each step at most `cutTokens` of those that it cut are named. @throws SamplingError if no token is left */
export function describeChain(session: Session, cutTokens: CutTokens): Chain {
  const drawn = nextDraw(session, Math.max(0, ...Object.values(cutTokens)));
  const steps = drawn.steps.map((report) => viewOf(session, report, cutTokens[report.step.type] ?? 0));
  const draw = endOf(session) === undefined ? drawOf(session, drawn) : undefined;
  return { summary: summaryOf(session, drawn.candidates), steps, draw };
}

function viewOf({ model }: Session, report: StepReport, limit: number): StepView {
  const { step, before, kept, massRemoved, entropyBits, removed, uniform, mu } = report;
  const cutTokens = describeShares(model, removed.slice(0, limit));
  const cut = Math.max(0, before - kept); // a forced token may be one that was not a candidate
  return { step, kept, cut, mass: 1 - massRemoved, entropy: entropyBits, cutTokens, uniform, mu };
}

function drawOf({ model, workspace }: Session, { id, uniform, candidates }: Explanation): Draw {
  const widest = new Set(mostProbable(candidates, INTERVALS, workspace).map((share) => share.id)).add(id);
  const intervals = intervalsOf(candidates, widest).map(
    (interval): Interval => ({ ...interval, text: textOf(model.tokenizer, interval.id) }),
  );
  return { uniform, token: intervals.find((interval) => interval.id === id) as Interval, intervals };
}

/** The intervals of some candidates. */
function intervalsOf(candidates: Candidates, some: ReadonlySet<number>): Omit<Interval, "text">[] {
  const shares = probabilities(candidates);
  const intervals: Omit<Interval, "text">[] = [];
  let from = 0;
  for (const [i, probability] of shares.entries()) {
    const id = candidates.ids[i] as number;
    if (some.has(id)) intervals.push({ id, probability, from, to: Math.min(1, from + probability) });
    from += probability;
  }
  return intervals;
}
