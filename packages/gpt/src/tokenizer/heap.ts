/** A binary min-heap of numbers. */
export interface Heap {
  push(value: number): void;
  /** Removes and returns the smallest; undefined if empty. */
  pop(): number | undefined;
}

/** An empty heap. */
export function heapOf(): Heap {
  const values: number[] = [];
  return {
    push: (value) => {
      values.push(value);
      rise(values, values.length - 1);
    },
    pop: () => {
      const least = values[0];
      const last = values.pop();
      if (values.length > 0) {
        values[0] = last as number;
        sink(values);
      }
      return least;
    },
  };
}

function rise(values: number[], from: number): void {
  const value = values[from] as number;
  let at = from;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if ((values[parent] as number) <= value) break;
    values[at] = values[parent] as number;
    at = parent;
  }
  values[at] = value;
}

function sink(values: number[]): void {
  const value = values[0] as number;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= values.length) break;
    if ((values[child + 1] ?? Number.POSITIVE_INFINITY) < (values[child] as number)) child++;
    if ((values[child] as number) >= value) break;
    values[at] = values[child] as number;
    at = child;
  }
  values[at] = value;
}
