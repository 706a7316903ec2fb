/** Results that come in any order, given out in that of their lines. */

export interface InLineOrder {
  /** The result of line number `index`, from 0; it is given out once all before it are. */
  done(index: number, result: string): void;
  /** Gives out what waits behind lines that have no result. */
  flush(): void;
}

export function inLineOrder(giveOut: (index: number, result: string) => void): InLineOrder {
  const waiting = new Map<number, string>();
  let next = 0;
  return {
    done: (index, result) => {
      waiting.set(index, result);
      for (let ready = waiting.get(next); ready !== undefined; ready = waiting.get(next)) {
        waiting.delete(next);
        giveOut(next++, ready);
      }
    },
    flush: () => {
      for (const [index, result] of [...waiting].sort(([a], [b]) => a - b)) giveOut(index, result);
      waiting.clear();
    },
  };
}
