/** What is inside the model: a block's activations at a position, maps of its heads, and any number opened. */
import { openNumber } from "@tsgpt/analysis";
import { keyOf } from "@tsgpt/gpt";
import type { Tensor } from "@tsgpt/tensor";
import type { ActivationRow, AttentionMap, InsideRequests, Thumbnails } from "../protocol/inside.ts";
import { blockRun, numbersOf, withPattern } from "./block-runs.ts";
import type { Session } from "./session.ts";

export function describeActivations(
  session: Session,
  { layer, head, position }: InsideRequests["activations"]["asks"],
): ActivationRow[] {
  checkPlace(session, { layer, head, position });
  return [...blockRun(session, layer)].map(([tensor, activation]) => {
    const isMap = tensor === keyOf("scores", layer) || tensor === keyOf("pattern", layer);
    const index = isMap ? [head, position] : [position];
    return { tensor, index, shape: activation.shape.slice(index.length), values: rowAt(activation, index) };
  });
}

export function describeAttention(
  session: Session,
  { layer, head, of }: InsideRequests["attention"]["asks"],
): AttentionMap {
  checkPlace(session, { layer, head, position: 0 });
  const activation = blockRun(session, layer).get(keyOf(of, layer)) as Tensor;
  return { values: rowAt(activation, [head]), size: session.history.length };
}

/** What a head attends to from one position: a row of its pattern. The block's activations are not kept. */
export function describeAttended(
  session: Session,
  { layer, head, position }: InsideRequests["attended"]["asks"],
): InsideRequests["attended"]["gives"] {
  checkPlace(session, { layer, head, position });
  let weights = new Float32Array(0);
  withPattern(session, layer, (pattern) => {
    weights = rowAt(pattern, [head, position]);
  });
  return { position, weights };
}

export function describeThumbnails(session: Session, layer: number, largest: number): Thumbnails {
  let thumbnails: Thumbnails | undefined;
  withPattern(session, layer, (pattern) => {
    thumbnails = { layer, ...madeSmall(pattern, largest) };
  });
  return thumbnails as Thumbnails;
}

/** [H, T, T] -> [H, size, size] */
function madeSmall({ shape, data }: Tensor, largest: number): Omit<Thumbnails, "layer"> {
  const [heads, length] = shape as [number, number, number];
  const size = Math.min(length, largest);
  const values = new Float32Array(heads * size * size);
  for (let h = 0; h < heads; h++) {
    for (let t = 0; t < length; t++) {
      for (let s = 0; s <= t; s++) {
        const cell = (h * size + Math.floor((t * size) / length)) * size + Math.floor((s * size) / length);
        const weight = data[(h * length + t) * length + s] as number;
        if (weight > (values[cell] as number)) values[cell] = weight;
      }
    }
  }
  return { size, values };
}

/** @throws RangeError for a number that there is not */
export function describeNumber(
  session: Session,
  name: InsideRequests["number"]["asks"],
): InsideRequests["number"]["gives"] {
  return openNumber(numbersOf(session), name);
}

/** The numbers of an activation whose index begins so; a copy. */
function rowAt({ data, shape }: Tensor, index: readonly number[]): Float32Array<ArrayBuffer> {
  const size = shape.slice(index.length).reduce((product, n) => product * n, 1);
  const row = index.reduce((offset, at, i) => offset * (shape[i] as number) + at, 0);
  return data.slice(row * size, (row + 1) * size) as Float32Array<ArrayBuffer>;
}

/** @throws RangeError for a place that the text or the model does not have */
function checkPlace(session: Session, { layer, head, position }: InsideRequests["activations"]["asks"]): void {
  const { nLayer, nHead } = session.model.config;
  const places = [
    ["layer", layer, nLayer],
    ["head", head, nHead],
    ["position", position, session.history.length],
  ] as const;
  for (const [name, index, count] of places) {
    if (Number.isInteger(index) && index >= 0 && index < count) continue;
    throw new RangeError(`explorer: ${name} must be from 0 to ${count - 1}, got ${index}`);
  }
}
