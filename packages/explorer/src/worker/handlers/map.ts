/** Handlers of the map's requests. */
import type { MapRequests } from "../../protocol/map.ts";
import type { Section } from "../handler.ts";
import { describeLens } from "../lens.ts";
import { feed, type Session } from "../session.ts";

export const mapHandlers: Section<MapRequests> = ({ withText }) => ({
  lens: ({ position }, { turn, signal }) => turn(() => lens(withText(), position, signal)),
});

/** The cache lacks the end of a text if computing another one was cancelled. */
async function lens(session: Session, position: number, signal: AbortSignal) {
  if (session.cache.length < session.history.length) await feed(session, session.history, signal);
  return describeLens(session, position);
}
