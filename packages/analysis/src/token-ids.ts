/** Lists of token ids, as functions of several texts take them. */
import { describeValue, type Kind, objectWith } from "@tsgpt/numeric";

/** One text. */
export const idsKind: Kind<ArrayLike<number>> = objectWith<ArrayLike<number>>("a list of token ids", "length");

/** @throws RangeError unless they are lists of ids: the ids of one text are given as `[ids]` */
export function checkTexts(texts: readonly ArrayLike<number>[], by: string): void {
  const rule = `${by}: texts must be a list of lists of token ids, such as [[1, 2, 1, 2]], got`;
  if (!Array.isArray(texts)) throw new RangeError(`${rule} ${describeValue(texts)}`);
  const wrong = texts.findIndex((ids) => !idsKind.holds(ids));
  if (wrong >= 0) throw new RangeError(`${rule} a list that holds ${describeValue(texts[wrong])}`);
}
