/** NaN and infinities during training: where they are, and the error that stops the run. */
import type { LearnedParameter } from "./learner.ts";

/** A number that is not finite: its step, and the tensor that has it. */
export class NotFiniteError extends Error {
  override readonly name = "NotFiniteError";
  readonly step: number;
  /** The parameter; undefined if only the loss is not finite. */
  readonly tensor: string | undefined;

  constructor(step: number, tensor: string | undefined, what: string) {
    super(`step ${step}: ${what}; a lower learning rate, a longer warmup or clipping may prevent it`);
    this.step = step;
    this.tensor = tensor;
  }
}

/** @throws NotFiniteError naming the first parameter, or gradient, that is not finite, if the loss or norm is not */
export function checkFinite(step: number, loss: number, norm: number, parameters: readonly LearnedParameter[]): void {
  if (Number.isFinite(loss) && Number.isFinite(norm)) return;
  for (const part of ["value", "gradient"] as const) {
    for (const { name, [part]: tensor } of parameters) refuse(step, name, part, tensor.data);
  }
  const what = Number.isFinite(loss) ? `the norm of the gradients is ${norm}` : `the loss is ${loss}`;
  throw new NotFiniteError(step, undefined, what);
}

/** @throws NotFiniteError naming the first parameter with a value that is not finite */
export function checkValues(step: number, parameters: readonly LearnedParameter[]): void {
  for (const { name, value } of parameters)
    if (!isFiniteThroughout(value.data)) refuse(step, name, "value", value.data);
}

function refuse(step: number, name: string, part: "value" | "gradient", data: Float32Array): void {
  const wrong = data.find((number) => !Number.isFinite(number));
  if (wrong === undefined) return;
  const what = part === "value" ? `tensor ${name} has a value of ${wrong}` : `the gradient of ${name} has ${wrong}`;
  throw new NotFiniteError(step, name, what);
}

/** x - x is NaN for what is not finite, and a sum with a NaN is NaN: one pass without a branch. */
function isFiniteThroughout(data: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += (data[i] as number) - (data[i] as number);
  return sum === 0;
}
