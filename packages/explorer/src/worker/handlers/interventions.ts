/** Handlers of the requests of interventions. */
import type { InterventionRequests } from "../../protocol/interventions.ts";
import { changeSince } from "../describe.ts";
import type { Section } from "../handler.ts";
import { effectsOf, intervene } from "../interventions.ts";
import { complete } from "../session.ts";

export const interventionHandlers: Section<InterventionRequests> = ({ withText }) => ({
  intervene: ({ interventions }, { turn, signal }) =>
    turn(async () => {
      const session = withText();
      await intervene(session, interventions, signal);
      return { change: changeSince(session, 0) };
    }),
  effects: (_, { turn, signal }) =>
    turn(async () => {
      signal.throwIfAborted();
      const session = withText();
      await complete(session, signal);
      return { effects: await effectsOf(session, signal) };
    }),
});
