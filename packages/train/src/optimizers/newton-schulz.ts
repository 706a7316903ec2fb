/**
 * Newton-Schulz iteration: a matrix with nearly the same singular vectors and all singular values near 1.
 * Keller Jordan 2024, "Muon: An optimizer for hidden layers in neural networks", whose quintic coefficients rise
 * steeply at 0: after five iterations a singular value is somewhere in 0.7 to 1.2, which serves as well as 1.
 * torch.optim.Muon iterates in bfloat16, this in float32.
 */
import { type Backend, matmul, matmulTransposed, type Tensor } from "@tsgpt/tensor";

const [A, B, C] = [3.4445, -4.775, 2.0315];
const ITERATIONS = 5;
const EPSILON = 1e-7;

/**
 * U S' V^T with S' near 1 for x = U S V^T: five times x = a x + (b x x^T + c (x x^T)^2) x, on the wide form of x scaled
 * to norm 1. The result is scratch of `backend`. [m, n] -> [m, n]
 * @see https://kellerjordan.github.io/posts/muon/
 */
export function orthogonalized(x: Tensor, backend: Backend): Tensor {
  const [m, n] = x.shape as [number, number];
  let wide = m > n ? transposed(x, backend) : copied(x, backend);
  scaleInPlace(wide, 1 / Math.max(normOf(wide), EPSILON));
  for (let i = 0; i < ITERATIONS; i++) wide = iterate(wide, backend);
  return m > n ? transposed(wide, backend) : wide;
}

/** [m, n] -> [m, n], m <= n */
function iterate(x: Tensor, backend: Backend): Tensor {
  const gram = matmulTransposed(x, x, backend); // [m, m]
  const square = matmul(gram, gram, backend); // [m, m]
  addScaled(square, C, gram, B);
  const result = matmul(square, x, backend); // [m, n]
  addScaled(result, 1, x, A);
  return result;
}

/** a = scaleA a + scaleB b */
function addScaled(a: Tensor, scaleA: number, b: Tensor, scaleB: number): void {
  const [into, other] = [a.data, b.data];
  for (let i = 0; i < into.length; i++) into[i] = scaleA * (into[i] as number) + scaleB * (other[i] as number);
}

function scaleInPlace({ data }: Tensor, factor: number): void {
  for (let i = 0; i < data.length; i++) data[i] = (data[i] as number) * factor;
}

function copied(x: Tensor, backend: Backend): Tensor {
  const copy = backend.allocate(x.shape);
  copy.data.set(x.data);
  return copy;
}

function normOf({ data }: Tensor): number {
  let sum = 0;
  for (const value of data) sum += value * value;
  return Math.sqrt(sum);
}

/** [m, n] -> [n, m] */
function transposed(x: Tensor, backend: Backend): Tensor {
  const [m, n] = x.shape as [number, number];
  const out = backend.allocateMatrix(n, m);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) out.data[j * m + i] = x.data[i * n + j] as number;
  return out;
}
