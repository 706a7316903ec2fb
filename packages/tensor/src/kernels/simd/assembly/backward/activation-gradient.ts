/**
 * Derivatives of the activations, four elements at a time, from one exponential. With s = 1 / (1 + e^-v) and e = e^-v,
 * s (1 - s) is computed as (e s) s, without cancellation; v is kept above -80, so that e is finite, and the factors of
 * a term that vanishes are bounded.
 *
 *   tanh form: gelu(x) = x s at v = 2u       gelu' = s + x s (1 - s) v', v' = 2 sqrt(2 / pi) (1 + 3 * 0.044715 x^2)
 *   erf form: the normal distribution (../activations.ts) + x times its density
 *   x s at v = factor x                      s + x s (1 - s) factor
 */
import { GELU_ERF, GELU_SIGMOID, GELU_TANH, RELU, SILU } from "../../constants";
import { exp } from "../exp";
import { madd } from "../madd";

/**
 * Elements [begin, end) of dx = dy f'(x), f by its number in ../../constants.ts. A tail of fewer than four is computed
 * in a whole vector.
 */
export function activationGradient(dx: usize, dy: usize, x: usize, form: i32, begin: i32, end: i32): void {
  if (form < GELU_TANH || form > RELU) unreachable();
  let i = begin;
  for (; i + 4 <= end; i += 4) {
    const at = <usize>i << 2;
    v128.store(dx + at, f32x4.mul(v128.load(dy + at), derivative(v128.load(x + at), form)));
  }
  for (; i < end; i++) {
    const at = <usize>i << 2;
    const slope = f32x4.extract_lane(derivative(v128.load_splat<f32>(x + at), form), 0);
    store<f32>(dx + at, load<f32>(dy + at) * slope);
  }
}

// @ts-expect-error: decorator
@inline
function derivative(x: v128, form: i32): v128 {
  if (form == GELU_TANH) {
    const square = f32x4.mul(x, x);
    const v = f32x4.mul(x, madd(square, f32x4.splat(0.07135481627), f32x4.splat(1.595769122)));
    const near = bounded(x);
    return sigmoidTerm(v, near, madd(f32x4.mul(near, near), f32x4.splat(0.2140644488), f32x4.splat(1.595769122)));
  }
  if (form == GELU_ERF) return geluErf(x);
  if (form == RELU) return v128.andnot(f32x4.splat(1), f32x4.le(x, f32x4.splat(0)));
  const factor = f32x4.splat(form == GELU_SIGMOID ? 1.702 : 1);
  return sigmoidTerm(f32x4.mul(x, factor), bounded(x), factor);
}

/** s + x s (1 - s) slope */
// @ts-expect-error: decorator
@inline
function sigmoidTerm(v: v128, x: v128, slope: v128): v128 {
  const e = exp(f32x4.pmin(f32x4.neg(v), f32x4.splat(80)));
  const s = f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), e));
  return madd(f32x4.mul(x, slope), f32x4.mul(f32x4.mul(e, s), s), s);
}

// @ts-expect-error: decorator
@inline
function geluErf(x: v128): v128 {
  const z = f32x4.mul(f32x4.abs(x), f32x4.splat(0.70710678));
  const t = f32x4.div(f32x4.splat(1), madd(z, f32x4.splat(0.3275911), f32x4.splat(1)));
  let p = madd(f32x4.splat(1.061405429), t, f32x4.splat(-1.453152027));
  p = madd(p, t, f32x4.splat(1.421413741));
  p = madd(p, t, f32x4.splat(-0.284496736));
  p = madd(p, t, f32x4.splat(0.254829592));
  const e = exp(f32x4.neg(f32x4.mul(z, z)));
  const tail = f32x4.mul(f32x4.mul(f32x4.mul(p, t), e), f32x4.splat(0.5)); // beyond |x|, on one side
  const below = v128.bitselect(tail, f32x4.sub(f32x4.splat(1), tail), f32x4.lt(x, f32x4.splat(0)));
  return madd(f32x4.mul(bounded(x), f32x4.splat(0.3989422804)), e, below);
}

/** x where it matters: a vanishing factor times a large one must be 0. NaN stays. */
// @ts-expect-error: decorator
@inline
function bounded(x: v128): v128 {
  return f32x4.pmax(f32x4.pmin(x, f32x4.splat(50)), f32x4.splat(-50)); // one instruction each, unlike min and max
}
