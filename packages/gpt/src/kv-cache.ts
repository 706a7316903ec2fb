/**
 * KVCache: the keys and values of every token fed so far, per layer and head, so that a pass computes only those of the
 * new tokens. Preallocated, [L, H, capacity, D] each. A pass writes after `length` and then advances: a pass that fails
 * or is aborted leaves the cache unchanged.
 */
import {
  copyHeads,
  type Engine,
  EngineError,
  formatShape,
  type Shape,
  ShapeError,
  sizeOf,
  storeHeads,
  type Tensor,
} from "@tsgpt/tensor";
import type { Parameters } from "./checkpoint/parameters.ts";
import type { GPT2Config } from "./config/config.ts";
import { ContextOverflowError } from "./errors.ts";

/** The keys and values of the tokens so far, for every layer, so that a new token costs one row. */
export class KVCache {
  readonly capacity: number;
  readonly #engine: Engine;
  readonly #config: GPT2Config;
  readonly #keys: Tensor[]; // per layer [H, capacity, D]
  readonly #values: Tensor[];
  #filledBy: Parameters | undefined; // the model that computed the contents
  #length = 0;
  #isDisposed = false;

  /**
   * A cache for `capacity` tokens, nPositions by default.
   * @throws RangeError unless the capacity is an integer from 1 to nPositions; EngineError if the engine has no memory
   * for it
   */
  constructor(config: GPT2Config, engine: Engine, capacity: number = config.nPositions) {
    if (!Number.isInteger(capacity) || capacity < 1 || capacity > config.nPositions) {
      throw new RangeError(
        `KVCache: capacity must be a whole number from 1 to nPositions = ${config.nPositions}, got ${capacity}`,
      );
    }
    const shape = [config.nHead, capacity, config.nEmbd / config.nHead];
    this.capacity = capacity;
    this.#config = config;
    this.#engine = engine;
    const tensors = allocateAll(engine, shape, 2 * config.nLayer);
    this.#keys = tensors.slice(0, config.nLayer);
    this.#values = tensors.slice(config.nLayer);
  }

  /** The number of tokens in the cache: P, the position of the next token; 0 after dispose. */
  get length(): number {
    return this.#length;
  }

  /** Bytes of the whole capacity, used or not: 2 L C capacity float32 numbers. */
  get bytes(): number {
    return this.#keys.reduce((sum, keys) => sum + 2 * keys.bytes, 0);
  }

  /** Keys of one layer; rows 0 .. length - 1 of each head are valid. [H, capacity, D] */
  keys(layer: number): Tensor {
    this.#check("keys");
    return this.#keys[layer] as Tensor;
  }

  /** Values of one layer; rows 0 .. length - 1 of each head are valid. [H, capacity, D] */
  values(layer: number): Tensor {
    this.#check("values");
    return this.#values[layer] as Tensor;
  }

  /**
   * Checks that this model can continue with this cache; `by` begins the message.
   * @throws EngineError if it is disposed or belongs to another engine; ShapeError for a model of another shape;
   * RangeError if it contains tokens of another model
   */
  checkFor(model: { config: GPT2Config; engine: Engine; parameters: Parameters }, by: string): void {
    if (this.#isDisposed) throw new EngineError(`${by}: this cache has been disposed; make a new one`);
    if (model.engine !== this.#engine) {
      throw new EngineError(
        `${by}: this cache belongs to another engine than the model; create it with the model's engine`,
      );
    }
    checkSameShape(this.#config, model.config, `${by}: the cache and the model`);
    if (this.#length === 0) this.#filledBy = model.parameters;
    if (this.#filledBy === model.parameters) return;
    const fix = "reset it, or use one for each model";
    throw new RangeError(`${by}: this cache holds ${this.#length} tokens of another model; ${fix}`);
  }

  /** Changes nothing. @throws ContextOverflowError if `count` more tokens do not fit */
  checkCapacity(count: number): void {
    this.#check("checkCapacity");
    if (this.#length + count > this.capacity) {
      throw new ContextOverflowError({
        past: this.#length,
        adding: count,
        limit: this.capacity,
        what: "cache capacity",
      });
    }
  }

  /** Writes a layer's new keys and values, [T, C] each, after the first `length` tokens; `advance` then counts them. */
  store(layer: number, keys: Tensor, values: Tensor): void {
    this.#check("store");
    storeHeads(this.keys(layer), keys, this.#length, this.#engine);
    storeHeads(this.values(layer), values, this.#length, this.#engine);
  }

  /** Adds `count` tokens, which every layer has stored. @throws ContextOverflowError */
  advance(count: number): void {
    this.#check("advance");
    this.checkCapacity(count);
    this.#length += count;
  }

  /** Drops all but the first `length` tokens. @throws RangeError if there are fewer */
  truncate(length: number): void {
    this.#check("truncate");
    checkLength("KVCache.truncate", "length", length, this.#length);
    this.#length = length;
  }

  /** Drops all tokens. */
  reset(): void {
    this.#check("reset");
    this.#length = 0;
  }

  /**
   * Frees the memory, immediately if it belongs to the engine; every method then throws EngineError. Idempotent.
   * Without it, the memory of a simd engine stays allocated until the engine is disposed or collected.
   */
  dispose(): void {
    this.#isDisposed = true;
    this.#length = 0;
    for (const tensor of [...this.#keys.splice(0), ...this.#values.splice(0)]) this.#engine.free(tensor);
  }

  /**
   * A copy with the first `length` tokens, to continue them differently; nothing beyond them is copied.
   * @throws RangeError if there are fewer; EngineError if the engine has no memory for another cache
   */
  fork(length: number = this.#length): KVCache {
    this.#check("fork");
    checkLength("KVCache.fork", "length", length, this.#length);
    const copy = new KVCache(this.#config, this.#engine, this.capacity);
    copy.copyFrom(this, 0, length);
    return copy;
  }

  /**
   * Makes this a copy of the first `to` tokens of `source`, given that the first `from` are equal in both: rows from ..
   * to - 1 are copied. Returns the bytes copied, 2 L C (to - from) float32 numbers.
   * @throws RangeError unless both have `from` tokens and `source` has `to`; ContextOverflowError if they do not fit;
   * ShapeError for a cache of another model's shape
   */
  copyFrom(source: KVCache, from: number, to: number = source.length): number {
    for (const cache of [this, source]) cache.#check("copyFrom");
    checkSameShape(this.#config, source.#config, "KVCache.copyFrom: both caches");
    checkLength("KVCache.copyFrom", "to", to, source.length);
    checkLength("KVCache.copyFrom", "from", from, Math.min(to, this.#length));
    this.truncate(from);
    this.checkCapacity(to - from);
    for (let layer = 0; layer < this.#keys.length; layer++) {
      copyHeads(this.keys(layer), source.keys(layer), from, to, this.#engine);
      copyHeads(this.values(layer), source.values(layer), from, to, this.#engine);
    }
    this.#length = to;
    this.#filledBy = source.#filledBy;
    return 2 * this.#config.nLayer * this.#config.nEmbd * (to - from) * Float32Array.BYTES_PER_ELEMENT;
  }

  /** @throws EngineError after `dispose` */
  #check(method: string): void {
    if (this.#isDisposed) throw new EngineError(`KVCache.${method}: this cache has been disposed; make a new one`);
  }
}

function checkSameShape(own: GPT2Config, other: GPT2Config, who: string): void {
  if (own === other) return;
  const [into, from] = [own, other].map(({ nLayer: l, nHead: h, nEmbd: c }) => formatShape([l, h, c / h]));
  if (into === from) return;
  throw new ShapeError(`${who} must have the same [L, H, D], got ${from} for ${into}`);
}

function checkLength(by: string, what: string, length: number, most: number): void {
  if (Number.isInteger(length) && length >= 0 && length <= most) return;
  throw new RangeError(`${by}: ${what} must be a whole number from 0 to ${most}, got ${length}`);
}

/** `count` tensors, or none. @throws EngineError */
function allocateAll(engine: Engine, shape: Shape, count: number): Tensor[] {
  const bytes = 4 * count * sizeOf(shape);
  const availableBytes = engine.memory?.availableBytes ?? Number.POSITIVE_INFINITY;
  const tensors: Tensor[] = [];
  try {
    if (bytes > availableBytes) throw new EngineError(`${bytes} bytes do not fit in ${availableBytes}`);
    while (tensors.length < count) tensors.push(engine.allocate(shape));
    return tensors;
  } catch (cause) {
    for (const tensor of tensors) engine.free(tensor);
    if (!engine.memory) throw cause; // disposed, or the JavaScript heap is full
    const [needed, left] = [bytes, availableBytes].map((size) => `${(size / 1e6).toFixed(1)} MB`);
    throw new EngineError(
      `KVCache: a capacity of ${shape[1]} tokens takes ${needed}, the engine has ${left} left; ` +
        "ask for fewer, or dispose unused caches",
      { cause },
    );
  }
}
