import { createReferenceEngine, Tensor } from "@tsgpt/tensor";
import { expect, test } from "vitest";
import { type Activation, activate } from "../src/config/activation.ts";

const engine = createReferenceEngine();
const at1 = (name: Activation) => activate(Tensor.from([1]), name, engine).data[0];

// sigma(1) = 0.7310585786, sigma(1.702) = 0.8457957659; both forms of GELU at 1 by Python's math.tanh and math.erf
test.each([
  ["gelu_new", 0.8411919906082768],
  ["gelu_pytorch_tanh", 0.8411919906082768],
  ["gelu", 0.8413447460685429],
  ["quick_gelu", 0.8457957659328212],
  ["silu", 0.7310585786300049],
  ["swish", 0.7310585786300049],
  ["relu", 1],
] as const)("%s of 1 is %d", (name, expected) => {
  expect(at1(name)).toBe(Math.fround(expected));
});

test("a name that is not in the list is refused, not computed as another", () => {
  expect(() => at1("mish" as Activation)).toThrow(
    'activate: the activation must be one of gelu_new, gelu_pytorch_tanh, gelu, quick_gelu, silu, swish, relu, got "mish"',
  );
});
