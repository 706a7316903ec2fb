/** The formula of an opened number, in MathML. */
import type { Formula as FormulaName } from "@tsgpt/analysis";
import type { ComponentChildren, JSX } from "preact";

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
      {exp("s")}
      <mrow>
        {sum("j")}
        {exp("j")}
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

const v = (name: string) => <mi>{name}</mi>;
const op = (sign: string) => <mo>{sign}</mo>;
const sub = (name: string, index: string): ComponentChildren => (
  <msub>
    <mi>{name}</mi>
    <mi>{index}</mi>
  </msub>
);
const sum = (index: string): ComponentChildren => (
  <munder>
    <mo>∑</mo>
    <mi>{index}</mi>
  </munder>
);
const exp = (index: string): ComponentChildren => (
  <msup>
    <mi>e</mi>
    {sub("score", index)}
  </msup>
);
