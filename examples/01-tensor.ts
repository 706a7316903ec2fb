/** Three operations that a transformer is made of: a product of matrices, a softmax, a layer norm. */
import { createReferenceEngine, layerNorm, matmul, softmax, Tensor } from "@tsgpt/tensor";

const engine = createReferenceEngine(); // what operations run on: here the plain TypeScript kernels

const a = Tensor.from([
  [1, 2, 3],
  [4, 5, 6],
]); // [2, 3]
const b = Tensor.from([
  [1, 0],
  [0, 1],
  [1, 1],
]); // [3, 2]

const product = matmul(a, b, engine); // [2, 3] x [3, 2] -> [2, 2]
console.log(`a b = ${product}`);

// Each row becomes a distribution: positive, summing to 1. A difference of 1 is a factor of e.
console.log(`softmax(a b) = ${softmax(product, engine)}`);

// Each row gets mean 0 and variance 1; then weight and bias, here the ones that change nothing.
const unchanged = { weight: Tensor.from([1, 1, 1]), bias: Tensor.zeros([3]) };
console.log(`layer norm of a = ${layerNorm(a, unchanged, 1e-5, engine)}`);

// A view shares memory with what it was taken from.
a.row(0).data.fill(0);
console.log(`a, its first row cleared = ${a}`);
