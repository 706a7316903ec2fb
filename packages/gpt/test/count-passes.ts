/** A model that counts its forward passes: each takes an arena once. */
import type { Model } from "../src/model.ts";

export function countPasses(model: Model): { model: Model; passes: () => number } {
  let count = 0;
  const takeArena = () => {
    count++;
    return model.engine.takeArena();
  };
  return { model: { ...model, engine: { ...model.engine, takeArena } }, passes: () => count };
}
