/** Handlers of the model's requests. */
import type { ModelRequests } from "../../protocol/model.ts";
import type { Section } from "../handler.ts";
import { load } from "../load.ts";
import { createSession } from "../session.ts";

export const modelHandlers: Section<ModelRequests> = ({ replace }) => ({
  load: ({ url }, { turn, report, signal }) =>
    turn(async () => {
      signal.throwIfAborted();
      replace(undefined);
      const { model, info } = await load(url, report, signal);
      replace(createSession(model));
      return info;
    }),
});
