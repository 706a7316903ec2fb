/** One head of causal attention, by hand and by the library: softmax(Q K^T / sqrt(D)) V, no token looking ahead. */
import { attention, createReferenceEngine, matmul, matmulTransposed, scale, softmax, Tensor } from "@tsgpt/tensor";

const engine = createReferenceEngine();
const q = Tensor.from([
  [1, 0],
  [0, 1],
  [1, 1],
]); // [T, D], three tokens, one head
const k = Tensor.from([
  [1, 1],
  [0, 1],
  [2, 0],
]); // [T, D]
const v = Tensor.from([
  [1, 2],
  [3, 4],
  [5, 6],
]); // [T, D]
const [t, d] = q.shape as [number, number];

// By hand: scores, the mask, softmax, the weighted sum of the values.
const scores = scale(matmulTransposed(q, k, engine), 1 / Math.sqrt(d), engine); // [T, T]
for (let i = 0; i < t; i++) scores.row(i).data.fill(Number.NEGATIVE_INFINITY, i + 1);
const pattern = softmax(scores, engine); // [T, T]
const byHand = matmul(pattern, v, engine); // [T, D]

// By the library: heads are an axis of keys and values, and lie side by side in a row of q.
const options = { past: 0, scale: 1 / Math.sqrt(d) };
const byLibrary = attention(q, k.reshape([1, t, d]), v.reshape([1, t, d]), options, engine);

console.log(`pattern = ${pattern}`);
console.log(`output by hand = ${byHand}`);
console.log(`output by the library = ${byLibrary}`);
console.log(byHand.allClose(byLibrary) ? "Both agree." : "They differ!");
