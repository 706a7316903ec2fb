/** Handlers of the requests of interventions. */
import type { InterventionRequests } from "../../protocol/interventions.ts";
import { changeSince } from "../describe.ts";
import type { Section } from "../handler.ts";
import { intervene } from "../interventions.ts";

export const interventionHandlers: Section<InterventionRequests> = ({ withText }) => ({
  intervene: (asks, { turn, signal }) =>
    turn(async () => {
      const session = withText();
      const likeliest = await intervene(session, asks, signal);
      return { change: changeSince(session, session.draws.length), likeliest };
    }),
});
