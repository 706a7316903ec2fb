/** Pieces of formulas in MathML. */
import type { ComponentChildren } from "preact";

export const v = (name: string) => <mi>{name}</mi>;
export const op = (sign: string) => <mo>{sign}</mo>;
export const sub = (name: string, index: string): ComponentChildren => (
  <msub>
    <mi>{name}</mi>
    <mi>{index}</mi>
  </msub>
);
export const sum = (index: string): ComponentChildren => (
  <munder>
    <mo>∑</mo>
    <mi>{index}</mi>
  </munder>
);
export const exp = (power: ComponentChildren): ComponentChildren => (
  <msup>
    <mi>e</mi>
    {power}
  </msup>
);
