/** Puts numbers in a random order. */
import { type Generator, nextUint32 } from "@tsgpt/numeric";

/** Every order is as likely as any other: Durstenfeld's form of the Fisher-Yates shuffle. In place. */
export function shuffle(values: Uint32Array, generator: Generator): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = nextBelow(i + 1, generator);
    const value = values[i] as number;
    values[i] = values[j] as number;
    values[j] = value;
  }
}

/** A whole number from 0 to `limit` - 1, all equally likely: a draw beyond the last whole multiple is repeated. */
export function nextBelow(limit: number, generator: Generator): number {
  const multiple = 2 ** 32 - (2 ** 32 % limit);
  for (;;) {
    const draw = nextUint32(generator);
    if (draw < multiple) return draw % limit;
  }
}
