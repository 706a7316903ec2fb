/** How well a statistic separates two classes: the area under the ROC curve, with a bootstrap confidence interval. */
import { createGenerator, nextUint32 } from "@tsgpt/numeric";

/**
 * P(a of `positive` > a of `negative`) + half of P(equal): 1 separates them, 0.5 is chance, below 0.5 the order is
 * reversed.
 */
export interface Auroc {
  readonly value: number;
  /** 95% confidence interval: percentiles of bootstrap samples. */
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 1000;

/** The AUROC of two classes' values; `seed` determines the bootstrap samples. Efron, "Bootstrap Methods" (1979). */
export function auroc(positive: readonly number[], negative: readonly number[], seed = 1): Auroc {
  const sorted = [
    ...positive.map((value, index) => ({ value, index, isPositive: true })),
    ...negative.map((value, index) => ({ value, index, isPositive: false })),
  ].sort((a, b) => a.value - b.value);
  const generator = createGenerator(seed);
  const resample = (length: number) => {
    const counts = new Uint32Array(length);
    for (let i = 0; i < length; i++) counts[nextUint32(generator) % length]!++;
    return counts;
  };
  const area = (positives: Uint32Array, negatives: Uint32Array): number => {
    let [below, total] = [0, 0];
    for (let i = 0; i < sorted.length; ) {
      let [plus, minus] = [0, 0];
      const { value } = sorted[i]!;
      for (; i < sorted.length && sorted[i]!.value === value; i++) {
        const { index, isPositive } = sorted[i]!;
        if (isPositive) plus += positives[index]!;
        else minus += negatives[index]!;
      }
      total += plus * (below + minus / 2);
      below += minus;
    }
    return total / (positive.length * negative.length);
  };
  const value = area(new Uint32Array(positive.length).fill(1), new Uint32Array(negative.length).fill(1));
  const areas = Array.from({ length: RESAMPLES }, () => area(resample(positive.length), resample(negative.length)));
  areas.sort((a, b) => a - b);
  return { value, low: areas[Math.floor(0.025 * RESAMPLES)]!, high: areas[Math.ceil(0.975 * RESAMPLES) - 1]! };
}
