/** Handlers of the requests of what is inside the model. */
import { yieldToEventLoop } from "@tsgpt/gpt";
import type { InsideRequests } from "../../protocol/inside.ts";
import { forgetBlock } from "../block-runs.ts";
import type { Section } from "../handler.ts";
import {
  describeActivations,
  describeAttended,
  describeAttention,
  describeNumber,
  describeThumbnails,
} from "../inside.ts";
import { complete, type Session } from "../session.ts";

export const insideHandlers: Section<InsideRequests> = ({ withText, current }) => ({
  activations: (asks, { turn, signal }) =>
    turn(async () => ({ rows: describeActivations(await computed(withText(), signal), asks) })),
  attention: (asks, { turn, signal }) => turn(async () => describeAttention(await computed(withText(), signal), asks)),
  attended: (asks, { turn, signal }) => turn(async () => describeAttended(await computed(withText(), signal), asks)),
  thumbnails: async ({ size }, { turn, signal, report }) => {
    const count = await turn(() => withText().model.config.nLayer);
    for (let layer = 0; layer < count; layer++) {
      signal.throwIfAborted();
      report(await turn(async () => describeThumbnails(await computed(withText(), signal), layer, size)));
      await yieldToEventLoop();
    }
    return {};
  },
  number: (name, { turn, signal }) => turn(async () => describeNumber(await computed(withText(), signal), name)),
  forgetBlock: (_, { turn }) =>
    turn(() => {
      const session = current();
      if (session) forgetBlock(session);
      return undefined;
    }),
});

async function computed(session: Session, signal: AbortSignal): Promise<Session> {
  await complete(session, signal);
  return session;
}
