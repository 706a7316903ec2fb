/** The main thread of a cross-origin isolated page could share memory, but may not wait. Run by test/browser. */
import { createEngine } from "@tsgpt/tensor";
import { expect, test } from "vitest";

test.each(["auto", "simd"] as const)("kernels %s: two threads are refused, with what to do", async (kernels) => {
  await expect(createEngine({ kernels, threads: 2 })).rejects.toThrow(
    "createEngine: threads must be 1 here, got 2: the main thread of a page may not wait for others; create the engine in a worker",
  );
});

test("one thread may be asked for by name", async () => {
  const engine = await createEngine({ threads: 1 });
  expect(engine.threads).toBe(1);
  engine.dispose();
});
