/** The logit lens: what the residual stream of a position would predict before the first block and after each. */
import { residualPredictions } from "@tsgpt/analysis";
import { type Model, multiplyAddsPerToken } from "@tsgpt/gpt";
import { Tensor } from "@tsgpt/tensor";
import type { LensCell, LensChange } from "../protocol/map.ts";
import type { LikelyToken, Token } from "../protocol/text.ts";
import { describeShares, describeTokens, LIKELIEST } from "./describe.ts";
import { commonLength, type Session } from "./session.ts";

/** Multiply-adds of a piece of work: a few milliseconds. */
const PIECE = 2 ** 24;

type Place = Pick<LensCell, "position" | "depth">;

/** One cell of the lens. @throws RangeError for a place beyond the text or the model */
export function describeCell(session: Session, { position, depth }: Place): LensCell {
  const { history, model } = session;
  checkIndex("position", position, history.length);
  checkIndex("depth", depth, model.config.nLayer + 1);
  const [token] = describeTokens(model, history.slice(position, position + 1)) as [Token];
  const [likeliest] = predictions(session, [{ position, depth }], LIKELIEST) as [LikelyToken[]];
  return { position, depth, token, likeliest };
}

/** Columns of the map while they are computed. */
export interface Draft {
  readonly session: Session;
  /** Columns that were known; what is computed comes after them. */
  kept: number;
  /** The tokens of the columns, also of one that is begun. */
  ids: readonly number[];
  /** What was computed, column by column. */
  cells: LikelyToken[];
}

/** Columns after those of `known`, as far as the text begins with them. */
export function draftColumns(session: Session, known: readonly number[]): Draft {
  const kept = commonLength(known, session.history);
  return { session, kept, ids: known.slice(0, kept), cells: [] };
}

/** Computes a piece more; the text may have changed since the last. Returns whether every position has its column. */
export function extendColumns(draft: Draft): boolean {
  const { model, history } = draft.session;
  const height = model.config.nLayer + 1;
  follow(draft, height);
  const done = draft.kept * height + draft.cells.length;
  const total = history.length * height;
  const end = Math.min(done + rowsOfPiece(model), total);
  const places = Array.from({ length: end - done }, (_, i) => placeOf(done + i, height));
  for (const [likeliest] of predictions(draft.session, places, 1)) draft.cells.push(likeliest as LikelyToken);
  draft.ids = history.slice(0, Math.ceil(end / height));
  return end === total;
}

/** The columns that are whole. */
export function changeOf({ session, kept, ids, cells }: Draft): LensChange {
  const height = session.model.config.nLayer + 1;
  const added = Array.from({ length: Math.floor(cells.length / height) }, (_, i) => {
    return { id: ids[kept + i] as number, cells: cells.slice(i * height, (i + 1) * height) };
  });
  return { kept, added };
}

/** Drops the columns of tokens that the text no longer has. */
function follow(draft: Draft, height: number): void {
  const common = commonLength(draft.ids, draft.session.history);
  if (common === draft.ids.length) return;
  draft.kept = Math.min(draft.kept, common);
  draft.ids = draft.ids.slice(0, common);
  draft.cells.length = (common - draft.kept) * height;
}

const placeOf = (cell: number, height: number): Place => ({
  position: Math.floor(cell / height),
  depth: cell % height,
});

/** Rows whose product with the head takes no longer than a piece, or than the model takes for a token. */
function rowsOfPiece({ config }: Model): number {
  const step = multiplyAddsPerToken(config, config.nPositions, true);
  return Math.max(1, Math.floor(Math.max(PIECE, step) / (config.nEmbd * config.vocabSize)));
}

function predictions({ model, residuals }: Session, places: readonly Place[], top: number): LikelyToken[][] {
  if (places.length === 0) return [];
  const c = model.config.nEmbd;
  const rows = Tensor.zeros([places.length, c]);
  for (const [i, { position, depth }] of places.entries()) rows.data.set(residuals.row(depth, position), i * c);
  return residualPredictions(model, rows, { top }).map((shares) => describeShares(model, shares));
}

function checkIndex(what: string, index: number, count: number): void {
  if (Number.isInteger(index) && index >= 0 && index < count) return;
  throw new RangeError(`lens: ${what} must be from 0 to ${count - 1}, got ${index}`);
}
