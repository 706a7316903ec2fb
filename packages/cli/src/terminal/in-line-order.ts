/** Emits results in the order of their lines, whatever order they arrive in. */

export interface InLineOrder {
  /** Takes the result of line `index`, from 0; it is emitted after all lines before it. */
  done(index: number, result: string): void;
  /** Emits results that still wait for lines without a result. */
  flush(): void;
}

export function inLineOrder(emit: (index: number, result: string) => void): InLineOrder {
  const waiting = new Map<number, string>();
  let next = 0;
  return {
    done: (index, result) => {
      waiting.set(index, result);
      for (let ready = waiting.get(next); ready !== undefined; ready = waiting.get(next)) {
        waiting.delete(next);
        emit(next++, ready);
      }
    },
    flush: () => {
      for (const [index, result] of [...waiting].sort(([a], [b]) => a - b)) emit(index, result);
      waiting.clear();
    },
  };
}
