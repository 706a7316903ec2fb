/** A scheduler on a tiny model, in an engine that counts what is allocated; and a way to hold a client back. */
import type { Model } from "@tsgpt/gpt";
import { type LimitedEngine, limitedEngine } from "../../gpt/test/limited-engine.ts";
import { characterTokenizer, tinyModel } from "../../gpt/test/tiny-model.ts";
import { createScheduler, type Scheduler, type SchedulerOptions } from "../src/scheduler/index.ts";

/** Bytes of the cache of one token: 2 L C float32 numbers, 2 * 3 * 12 * 4. */
export const TOKEN = 288;

const CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ .,!?012345";

/** Its ids are those of 61 characters, and it has 24 positions. */
export function tinyScheduler(options: SchedulerOptions = {}, bytes?: number): Tiny {
  const counted = limitedEngine(bytes);
  const model: Model = { ...tinyModel({}, characterTokenizer(CHARACTERS)), engine: counted.engine };
  return { ...counted, model, scheduler: createScheduler(model, options) };
}

interface Tiny extends LimitedEngine {
  readonly model: Model;
  readonly scheduler: Scheduler;
}

/** A promise, and what resolves or rejects it. */
export function gate() {
  let open = () => {};
  let fail: (error: unknown) => void = () => {};
  const passed = new Promise<void>((resolve, reject) => {
    open = () => resolve();
    fail = reject;
  });
  return { passed, open, fail };
}
