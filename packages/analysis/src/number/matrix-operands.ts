/** The operands of one output of a product with a weight: of a linear layer, and of the head. */
import { asMultiplied, Tensor } from "@tsgpt/tensor";
import { fromParameter, type NamedParameter } from "./number-source.ts";
import { type Factor, type NumberName, type Operand, operand } from "./opened-number.ts";

/** A row that is multiplied, and the names of its numbers. */
interface Row {
  /** [k] */
  readonly data: Float32Array;
  readonly name: (channel: number) => NumberName;
}

/** Of output `out`: x_c W[c, out] for each c, and the bias. */
export function linearOperands(x: Row, { weight, bias }: Record<"weight" | "bias", NamedParameter>, out: number) {
  const columns = weight.weight.shape[1]!;
  const { data } = weight.weight.toTensor();
  const products = productOperands(x, weight, (c) => ({
    value: data[c * columns + out]!,
    from: { tensor: weight.name, index: [c, out] },
  }));
  return [...products, operand(fromParameter(bias, out))];
}

/** Of the logit of token `id`: x_c W[id, c] for each c. */
export function headOperands(x: Row, head: NamedParameter, id: number): Operand[] {
  const { data } = head.weight.row(id);
  return productOperands(x, head, (c) => ({ value: data[c]!, from: { tensor: head.name, index: [id, c] } }));
}

/** A product with an int8 weight rounds its left operand first, so that its factors are the rounded ones. */
function productOperands({ data, name }: Row, { weight }: NamedParameter, weightOf: (c: number) => Factor): Operand[] {
  const read = asMultiplied(new Tensor(Float32Array.from(data), [1, data.length]), weight).data;
  return Array.from(read, (value, c) => {
    const x = { value, from: name(c) };
    return operand(value === data[c] ? x : { ...x, as: "rounded" }, weightOf(c));
  });
}
