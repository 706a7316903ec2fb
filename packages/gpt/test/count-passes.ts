/** A model that counts its forward passes: each reads the token embedding once. */
import type { Model } from "../src/model.ts";

export function countPasses(model: Model): { model: Model; passes: () => number } {
  let count = 0;
  const parameters = {
    ...model.parameters,
    get wte() {
      count++;
      return model.parameters.wte;
    },
  };
  return { model: { ...model, parameters }, passes: () => count };
}
