/** The formula of an opened number, in MathML. */
import type { Formula as FormulaName } from "@tsgpt/analysis";
import type { JSX } from "preact";
import { exp, op, sub, sum, v } from "./math.tsx";

const FORMULAS: Readonly<Record<FormulaName, () => JSX.Element | undefined>> = {
  parameter: () => undefined,
  masked: () => undefined,
  lookup: () => <>{sub("W", "id, c")}</>,
  sum: () => (
    <>
      {v("a")}
      {op("+")}
      {v("b")}
    </>
  ),
  linear: () => (
    <>
      {sum("c")}
      {sub("x", "c")}
      {sub("W", "c, j")}
      {op("+")}
      {sub("b", "j")}
    </>
  ),
  score: () => (
    <>
      {sum("d")}
      {sub("q", "d")}
      {sub("k", "d")}
      {op("·")}
      {v("scale")}
    </>
  ),
  softmax: () => (
    <mfrac>
      {exp(sub("score", "s"))}
      <mrow>
        {sum("j")}
        {exp(sub("score", "j"))}
      </mrow>
    </mfrac>
  ),
  values: () => (
    <>
      {sum("s")}
      {sub("pattern", "s")}
      {sub("v", "s")}
    </>
  ),
  norm: () => (
    <>
      <mfrac>
        <mrow>
          {sub("x", "c")}
          {op("−")}
          {v("mean")}
        </mrow>
        {v("scale")}
      </mfrac>
      {sub("w", "c")}
      {op("+")}
      {sub("b", "c")}
    </>
  ),
  mean: () => (
    <>
      <mfrac>
        <mn>1</mn>
        {v("C")}
      </mfrac>
      {sum("c")}
      {sub("x", "c")}
    </>
  ),
  scale: () => (
    <msqrt>
      <mfrac>
        <mn>1</mn>
        {v("C")}
      </mfrac>
      {sum("c")}
      <msup>
        <mrow>
          {op("(")}
          {sub("x", "c")}
          {op("−")}
          {v("mean")}
          {op(")")}
        </mrow>
        <mn>2</mn>
      </msup>
      {op("+")}
      {v("ε")}
    </msqrt>
  ),
  activation: () => (
    <>
      {v("f")}
      {op("(")}
      {v("x")}
      {op(")")}
    </>
  ),
  logit: () => (
    <>
      {sum("c")}
      {sub("x", "c")}
      {sub("W", "id, c")}
    </>
  ),
};

/** Nothing for a number without one. */
export function Formula({ name }: { readonly name: FormulaName }) {
  const formula = FORMULAS[name]();
  return formula ? <math display="block">{formula}</math> : null;
}
