/** A worker whose Content-Security-Policy allows no worker from a blob, as the engine starts them. Run by test/browser. */
import { createSimdEngine, EngineError } from "@tsgpt/tensor";
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
