/** Which engine createEngine gives where there is no WebAssembly SIMD, as in a browser of 2020. */
import { createEngine } from "@tsgpt/tensor";
import { afterAll, beforeAll, expect, test } from "vitest";

const { validate } = WebAssembly;
beforeAll(() => {
  WebAssembly.validate = () => false;
});
afterAll(() => {
  WebAssembly.validate = validate;
});

const MISSING = "this JavaScript engine has no WebAssembly SIMD with shared memory";

test("auto falls back to the reference kernels, for one thread or none named", async () => {
  expect((await createEngine()).kernelSet).toBe("reference");
  expect((await createEngine({ threads: 1 })).kernelSet).toBe("reference");
});

test("threads that were asked for are not dropped: auto is then an error", async () => {
  await expect(createEngine({ threads: 2 })).rejects.toThrow(MISSING);
});

test("simd by name is an error", async () => {
  await expect(createEngine({ kernels: "simd" })).rejects.toThrow(MISSING);
});

test("a kernel set that does not exist is refused, not replaced by another", async () => {
  await expect(createEngine({ kernels: "webgpu" as "simd" })).rejects.toThrow(
    'createEngine: option "kernels" must be "auto", "reference" or "simd", got the string "webgpu"',
  );
});
