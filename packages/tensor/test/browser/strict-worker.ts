/** A worker whose Content-Security-Policy allows no worker from a blob, as the engine starts them. Run by test/browser. */
import { createEngine, createSimdEngine, EngineError } from "@tsgpt/tensor";
import { expect, test } from "vitest";

test("an engine whose workers may not start says so, and what to allow", async () => {
  const engine = createSimdEngine({ threads: 2 });
  const refusal = async (): Promise<unknown> => {
    for (;;) {
      try {
        engine.allocate([1]);
      } catch (error) {
        return error;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const error = await refusal();
  expect(error).toBeInstanceOf(EngineError);
  expect((error as Error).message).toBe(
    "a worker of the simd engine ended (a Content-Security-Policy has to allow worker-src blob:); create a new engine",
  );
  engine.dispose();
});

test("an engine whose threads were not asked for continues on one, and says why", async () => {
  Object.defineProperty(navigator, "hardwareConcurrency", { value: 2, configurable: true });
  let onFallback: ((message: string) => void) | undefined;
  const fallback = new Promise<string>((resolve) => {
    onFallback = resolve;
  });
  const engine = await createEngine({ onFallback });
  expect(await fallback).toBe(
    "a worker of the simd engine ended before it began (a Content-Security-Policy has to allow worker-src blob:); the simd kernels run on one thread instead",
  );
  expect(engine.threads).toBe(1);
  engine.dispose();
  Reflect.deleteProperty(navigator, "hardwareConcurrency");
});
