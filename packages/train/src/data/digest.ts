/** A checksum of ids, by which a saved position is known to be of the same data. Not for cryptography. */

/** The checksum of nothing. */
export const EMPTY_DIGEST = 0x811c9dc5;

/**
 * FNV-1a over 32-bit numbers, 32 bits; begins with the checksum of what was before.
 * @see http://www.isthe.com/chongo/tech/comp/fnv/
 */
export function digestOf(ids: ArrayLike<number>, before: number = EMPTY_DIGEST): number {
  let hash = before;
  for (let i = 0; i < ids.length; i++) hash = Math.imul(hash ^ (ids[i] as number), 0x01000193);
  return hash >>> 0;
}
