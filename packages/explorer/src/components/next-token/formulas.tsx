/** Formulas in MathML: z is a logit, p a probability, T the temperature, H the entropy. */
import type { ComponentChildren } from "preact";

const math = (label: string, content: ComponentChildren) => <math aria-label={label}>{content}</math>;

const indexed = (letter: string, index: string) => (
  <msub>
    <mi>{letter}</mi>
    <mi>{index}</mi>
  </msub>
);

const exponential = (index: string) => (
  <msup>
    <mi>e</mi>
    {indexed("z", index)}
  </msup>
);

const sumOver = (index: string) => (
  <munder>
    <mo>∑</mo>
    <mi>{index}</mi>
  </munder>
);

export const softmaxFormula = math(
  "p i is e to the z i, divided by the sum over j of e to the z j",
  <mrow>
    {indexed("p", "i")}
    <mo>=</mo>
    <mfrac>
      {exponential("i")}
      <mrow>
        {sumOver("j")}
        {exponential("j")}
      </mrow>
    </mfrac>
  </mrow>,
);

export const temperatureFormula = math(
  "z i becomes z i divided by T",
  <mrow>
    {indexed("z", "i")}
    <mo>→</mo>
    <mfrac>
      {indexed("z", "i")}
      <mi>T</mi>
    </mfrac>
  </mrow>,
);

export const entropyFormula = math(
  "H is minus the sum over i of p i times the binary logarithm of p i",
  <mrow>
    <mi>H</mi>
    <mo>=</mo>
    <mo>−</mo>
    {sumOver("i")}
    {indexed("p", "i")}
    <msub>
      <mi>log</mi>
      <mn>2</mn>
    </msub>
    {indexed("p", "i")}
  </mrow>,
);
