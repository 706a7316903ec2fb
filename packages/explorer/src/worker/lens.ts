/** The logit lens: what each layer would predict at a position. */
import { logitLens } from "@tsgpt/analysis";
import type { LensCell } from "../protocol/map.ts";
import { describeShares, LIKELIEST } from "./describe.ts";
import type { Session } from "./session.ts";

/** The logit lens at one position of the text. @throws RangeError for a position beyond it */
export function describeLens({ model, residuals, history }: Session, position: number): LensCell[] {
  if (!Number.isInteger(position) || position < 0 || position >= history.length) {
    throw new RangeError(`lens: position must be from 0 to ${history.length - 1}, got ${position}`);
  }
  const cells = logitLens(model, residuals.at(position), { position: 0, top: LIKELIEST });
  return cells.map(({ hook, top }) => ({ hook, likeliest: describeShares(model, top) }));
}
