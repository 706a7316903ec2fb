/** The formula of a step of the tour, in MathML. */
import type { JSX } from "preact";
import { formatShare } from "../../format.ts";
import { drawn, tourChain } from "../../state/tour.ts";
import type { TourStep } from "../../state/tour-steps.ts";
import { Formula } from "../number/formula.tsx";
import { exp, op, sub, sum, v } from "../number/math.tsx";

const block = (content: JSX.Element) => <math display="block">{content}</math>;

/** A logit, divided by the temperature if the chain has one. */
function scaled(id: string): JSX.Element {
  const hasTemperature = tourChain.value?.steps.some(({ step }) => step.type === "temperature");
  const logit = sub("logit", id);
  if (!hasTemperature) return <>{logit}</>;
  return (
    <mrow>
      {logit}
      {op("/")}
      {v("T")}
    </mrow>
  );
}

/** The random number, and the part of the chain's probability that it fell into; nothing for greedy. */
function drawnNumber(): JSX.Element | null {
  const { uniform, token } = drawn.value ? (tourChain.value?.draw ?? {}) : {};
  if (uniform === undefined || token?.id !== drawn.value?.id) return null;
  return (
    <>
      <mn>{formatShare(token?.from ?? 0)}</mn>
      {op("≤")}
      {v("u")}
      {op("=")}
      <mn>{formatShare(uniform)}</mn>
      {op("<")}
      <mn>{formatShare(token?.to ?? 0)}</mn>
      {op("⇒")}
    </>
  );
}

const FORMULAS: Readonly<Record<TourStep, () => JSX.Element>> = {
  ids: () =>
    block(
      <>
        {v("text")}
        {op("→")}
        {op("(")}
        {sub("id", "0")}
        {op(",")}
        {v("…")}
        {op(",")}
        {sub("id", "t")}
        {op(")")}
      </>,
    ),
  embedding: () =>
    block(
      <>
        {sub("wte", "id, c")}
        {op("+")}
        {sub("wpe", "t, c")}
        {op("=")}
        {sub("x", "c")}
      </>,
    ),
  norm: () => <Formula name="norm" />,
  score: () => <Formula name="score" />,
  softmax: () => <Formula name="softmax" />,
  values: () =>
    block(
      <>
        {sub("z", "d")}
        {op("=")}
        {sum("s")}
        {sub("pattern", "s")}
        {sub("v", "s, d")}
        {op(",")}
        {sub("x", "c")}
        {op("+")}
        {sub("attn", "c")}
      </>,
    ),
  mlp: () =>
    block(
      <>
        {v("x")}
        {op("+")}
        {sub("W", "out")}
        {v("f")}
        {op("(")}
        {sub("W", "in")}
        {v("norm")}
        {op("(")}
        {v("x")}
        {op(")")}
        {op(")")}
      </>,
    ),
  blocks: () =>
    block(
      <>
        {sub("x", "l + 1")}
        {op("=")}
        {sub("block", "l")}
        {op("(")}
        {sub("x", "l")}
        {op(")")}
      </>,
    ),
  logit: () => <Formula name="logit" />,
  draw: () =>
    block(
      <>
        {sub("p", "id")}
        {op("=")}
        <mfrac>
          {exp(scaled("id"))}
          <mrow>
            {sum("j")}
            {exp(scaled("j"))}
          </mrow>
        </mfrac>
      </>,
    ),
  append: () =>
    block(
      <>
        {drawnNumber()}
        {v("text")}
        {op("←")}
        {v("text")}
        {op("+")}
        {v("token")}
      </>,
    ),
};

export function StepFormula({ step }: { readonly step: TourStep }) {
  return FORMULAS[step]();
}
