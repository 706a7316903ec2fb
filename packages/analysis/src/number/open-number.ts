/** Opens any number of a pass: what formula gave it, from which numbers, each of which can be opened in turn. */
import { type ActivationName, checkActivationKey, keyOf, type Model } from "@tsgpt/gpt";
import { activate } from "@tsgpt/gpt/training";
import { matmulTransposed, onHeap, referenceEngine, type Shape, Tensor } from "@tsgpt/tensor";
import { normalizedRow, OPENERS, type Opening, statisticsOf } from "./activation-operands.ts";
import { meanOf, meanOperands, scaleOf, scaleOperands } from "./norm-operands.ts";
import {
  fromParameter,
  type NamedParameter,
  type NumberSource,
  namedParameters,
  numberAt,
  offsetOf,
} from "./number-source.ts";
import type { NumberName, OpenedNumber } from "./opened-number.ts";

/**
 * A number of a text's pass, opened. From a logit down to the weights, every operand's numbers can be opened again.
 * Besides activations and parameters there are each layer norm's `hook_mean` and `hook_scale`, [T, 1].
 * @throws RangeError for a tensor or an index that does not exist
 * @example openNumber(source, { tensor: "logits", index: [4, 262] })
 */
export function openNumber(source: NumberSource, name: NumberName): OpenedNumber {
  const { model } = source;
  const parameter = findParameter(model, name.tensor);
  if (parameter) return openParameter(parameter, name);
  const statistic = findStatistic(model, name.tensor);
  if (statistic) return openStatistic(source, statistic, name);
  const found = findActivation(model, name.tensor);
  const { shape, value } = found.activation === "logits" ? logitAt(source, name) : valueAt(source, name);
  return opened(source, name, shape, value, OPENERS[found.activation](source, found.layer, name.index));
}

function opened(source: NumberSource, name: NumberName, shape: Shape, value: number, opening: Opening): OpenedNumber {
  const { formula, operands } = opening;
  const sum = operands.reduce((total, { contribution }) => total + contribution, 0);
  return { name, shape, value, formula, operands, sum, result: resultOf(source.model, opening, sum, value) };
}

/** The formula's value from its sum. */
function resultOf({ config }: Model, { formula, operands, own }: Opening, sum: number, value: number): number {
  switch (formula) {
    case "masked":
      return value;
    case "scale":
      return Math.sqrt(sum);
    case "softmax":
      return operands[own!]!.contribution / sum;
    case "activation":
      return activate(Tensor.from([sum]), config.activationFunction, referenceEngine).data[0]!;
    default:
      return sum;
  }
}

function valueAt({ activation }: NumberSource, name: NumberName): { shape: Shape; value: number } {
  const tensor = activation(name.tensor);
  return { shape: tensor.shape, value: numberAt(tensor, name) };
}

/** Computed from the final layer norm's row, with the bits of a whole pass: all logits of a long text are large. */
function logitAt({ model, ids, activation }: NumberSource, name: NumberName): { shape: Shape; value: number } {
  const shape = [ids.length, model.config.vocabSize];
  offsetOf(shape, name);
  const [t, id] = name.index as [number, number];
  const row = activation(keyOf("lnFinal", 0)).slice(t, t + 1);
  const logits = matmulTransposed(row, model.parameters.lmHead, onHeap(model.engine));
  return { shape, value: logits.data[id]! };
}

function openParameter(parameter: NamedParameter, name: NumberName): OpenedNumber {
  const { value } = fromParameter(parameter, ...name.index);
  return { name, shape: parameter.weight.shape, value, formula: "parameter", operands: [], sum: value, result: value };
}

function findParameter(model: Model, name: string): NamedParameter | undefined {
  const { wte, wpe, blocks, lnF, lmHead } = namedParameters(model);
  const pairs = blocks.flatMap(({ ln1, attn, ln2, mlp }) => [ln1, attn.cAttn, attn.cProj, ln2, mlp.cFc, mlp.cProj]);
  const inPairs = [...pairs, lnF].flatMap(({ weight, bias }) => [weight, bias]);
  return [wte, wpe, lmHead, ...inPairs].find((parameter) => parameter.name === name);
}

const NORMS = ["ln1", "ln2", "lnFinal"] as const;

/** A layer norm's mean or scale. */
interface Statistic {
  readonly norm: (typeof NORMS)[number];
  readonly layer: number;
  readonly of: "mean" | "scale";
}

function findStatistic({ config }: Model, name: string): Statistic | undefined {
  for (let layer = 0; layer < config.nLayer; layer++) {
    for (const norm of NORMS) {
      const { mean, scale } = statisticsOf(keyOf(norm, layer));
      if (name === mean) return { norm, layer, of: "mean" };
      if (name === scale) return { norm, layer, of: "scale" };
    }
  }
  return undefined;
}

function openStatistic(source: NumberSource, { norm, layer, of }: Statistic, name: NumberName): OpenedNumber {
  const shape = [source.ids.length, 1];
  offsetOf(shape, name);
  const row = normalizedRow(source, norm, layer, name.index[0]!);
  const value = Math.fround(of === "mean" ? meanOf(row) : scaleOf(row));
  const operands = of === "mean" ? meanOperands(row) : scaleOperands(row);
  return opened(source, name, shape, value, { formula: of, operands });
}

function findActivation({ config }: Model, key: string): { activation: ActivationName; layer: number } {
  checkActivationKey(config.nLayer, key, "openNumber");
  const layer = Number(/^blocks\.(\d+)\./.exec(key)?.[1] ?? 0);
  const activation = (Object.keys(OPENERS) as ActivationName[]).find((one) => keyOf(one, layer) === key);
  return { activation: activation!, layer };
}
