/** The first argument of everything that runs a model. */
import { describeValue, objectWith } from "@tsgpt/numeric";
import type { Model } from "./model.ts";

const MODEL = objectWith<Model>("a model, as loadModel gives it", "config", "parameters");

/** @throws RangeError unless `model`, the first argument of `by`, is one: JavaScript may have forgotten an await */
export function checkModel(by: string, model: Model): void {
  if (MODEL.holds(model)) return;
  const fix = (model as unknown) instanceof Promise ? "; await it" : "";
  throw new RangeError(`${by}: the first argument must be ${MODEL.rule}, got ${describeValue(model)}${fix}`);
}
