/** A seed for a text that need not be reproduced. */
export function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 32);
}
