/** Handlers of the map's requests. */
import { yieldToEventLoop } from "@tsgpt/gpt";
import type { LensChange, MapRequests } from "../../protocol/map.ts";
import { frameGate } from "../frame-gate.ts";
import type { Job, Section } from "../handler.ts";
import { changeOf, type Draft, describeCell, draftColumns, extendColumns } from "../lens.ts";
import { complete } from "../session.ts";
import type { Workplace } from "../workplace.ts";

export const mapHandlers: Section<MapRequests> = (workplace) => ({
  lens: (place, { turn, signal }) =>
    turn(async () => {
      const session = workplace.withText();
      await complete(session, signal);
      return describeCell(session, place);
    }),
  lensColumns: ({ known }, job) => columns(workplace, known, job),
});

/** Takes a turn for each piece, so that a run goes on meanwhile. */
async function columns(
  { withText }: Workplace,
  known: readonly number[],
  { turn, signal }: Job<"lensColumns">,
): Promise<LensChange> {
  const opens = frameGate();
  opens(); // the frame begins now
  const piece = (before?: Draft) =>
    turn(async () => {
      signal.throwIfAborted();
      const session = withText();
      await complete(session, signal);
      const isSame = before?.session === session; // of another model, nothing is known
      const draft = isSame ? before : draftColumns(session, before ? [] : known);
      return { draft, isWhole: extendColumns(draft) };
    });
  let last = await piece();
  while (!last.isWhole && !opens()) {
    await yieldToEventLoop(); // so that a cancellation, or another request, arrives
    last = await piece(last.draft);
  }
  return changeOf(last.draft);
}
