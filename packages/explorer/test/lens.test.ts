/** The map's columns are the logit lens of a pass over the whole text, computed in pieces while the text changes. */
import { lensHooks, logitLens, runWithCache } from "@tsgpt/analysis";
import type { Model } from "@tsgpt/gpt";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { LensChange, LensColumn } from "../src/protocol/map.ts";
import { changeOf, type Draft, describeCell, draftColumns, extendColumns } from "../src/worker/lens.ts";
import { back, createSession, encode, open, type Session, step } from "../src/worker/session.ts";
import { loadFixtureModel } from "./fixture-model.ts";

const PROMPT = "Once upon a time, there was a little girl. She had a red ball and a dog";
const { signal } = new AbortController();

let model: Model;
let session: Session;
let height: number;
beforeAll(async () => {
  model = await loadFixtureModel();
  height = model.config.nLayer + 1;
});
afterAll(() => model.engine.dispose());
beforeEach(async () => {
  session = createSession(model);
  await opened(encode(session, PROMPT));
});

const opened = (ids: readonly number[]) => open(session, ids, { seed: 7, sampling: { dialect: "lecture" } }, signal);

function finished(draft: Draft): LensChange {
  while (!extendColumns(draft));
  return changeOf(draft);
}

/** The five likeliest tokens of each cell by the lens of a pass over the whole text, [T][L + 1][5]. */
function lensOf(ids: readonly number[]) {
  const { activations } = runWithCache(model, ids, { names: lensHooks(model.config.nLayer) });
  return ids.map((_, position) => logitLens(model, activations, { position, top: 5 }).map(({ top }) => top));
}

const bestOf = (ids: readonly number[]) => lensOf(ids).map((cells) => cells.map(([best]) => best));
const shares = (columns: readonly LensColumn[]) =>
  columns.map(({ cells }) => cells.map(({ id, probability }) => ({ id, probability })));

describe("columns", () => {
  test("are the lens of a pass over the whole text, 0 bits different, in several pieces", async () => {
    await step(session, undefined, signal);
    const draft = draftColumns(session, []);
    expect(extendColumns(draft)).toBe(false);
    expect(changeOf(draft).added.length).toBeLessThan(session.history.length);
    const { kept, added } = finished(draft);
    expect(kept).toBe(0);
    expect(added.map(({ id }) => id)).toEqual(session.history);
    expect(shares(added)).toEqual(bestOf(session.history));
  });

  test("a step costs one", async () => {
    const known = session.history;
    await step(session, undefined, signal);
    const draft = draftColumns(session, known);
    expect(extendColumns(draft)).toBe(true);
    expect(draft.cells).toHaveLength(height);
    expect(changeOf(draft)).toMatchObject({ kept: known.length, added: [{ id: session.history.at(-1) }] });
  });

  test("of another text, what it has in common with what is known is kept", async () => {
    const known = session.history;
    await opened([...known.slice(0, 6), 300, 301]);
    const { kept, added } = finished(draftColumns(session, known));
    expect(kept).toBe(6);
    expect(shares(added)).toEqual(bestOf(session.history).slice(6));
  });

  test("a text that is known whole has none to add", () => {
    expect(finished(draftColumns(session, [...session.history, 5]))).toEqual({
      kept: session.history.length,
      added: [],
    });
  });

  test("of a text that changes between pieces are those of the new text", async () => {
    const known = session.history.slice(0, 4);
    for (const common of [2, 6, session.history.length]) {
      const before = session.history;
      const draft = draftColumns(session, known);
      extendColumns(draft);
      await opened([...before.slice(0, common), 300, 301]);
      const { kept, added } = finished(draft);
      expect(kept).toBe(Math.min(4, common));
      expect([...known.slice(0, kept), ...added.map(({ id }) => id)]).toEqual(session.history);
      expect(shares(added)).toEqual(bestOf(session.history).slice(kept));
      await opened(before);
    }
  });

  test("after Back between pieces are those of the shorter text", async () => {
    await step(session, undefined, signal);
    const draft = draftColumns(session, session.history.slice(0, -1));
    extendColumns(draft);
    await back(session, signal);
    expect(finished(draft)).toEqual({ kept: session.history.length, added: [] });
  });
});

describe("a cell", () => {
  test("has the five likeliest tokens of the lens", () => {
    const expected = lensOf(session.history);
    for (const [position, depth] of [
      [0, 0],
      [3, height - 1],
      [session.history.length - 1, 1],
    ] as const) {
      const { token, likeliest } = describeCell(session, { position, depth });
      expect(token.id).toBe(session.history[position]);
      expect(likeliest.map(({ id, probability }) => ({ id, probability }))).toEqual(expected[position]?.[depth]);
    }
  });

  test("beyond the text or the model is refused", () => {
    const last = session.history.length - 1;
    expect(() => describeCell(session, { position: last + 1, depth: 0 })).toThrow(
      new RangeError(`lens: position must be from 0 to ${last}, got ${last + 1}`),
    );
    expect(() => describeCell(session, { position: 0, depth: height })).toThrow(
      new RangeError(`lens: depth must be from 0 to ${height - 1}, got ${height}`),
    );
  });
});
