/** Handlers of the requests of whole texts. */
import type { TextsRequests } from "../../protocol/texts.ts";
import { frameGate } from "../frame-gate.ts";
import type { Section } from "../handler.ts";
import { judge, scoresOf } from "../judge.ts";

export const textsHandlers: Section<TextsRequests> = ({ session }) => ({
  judge: (asks, { turn, signal, report }) =>
    turn(() => {
      const opens = frameGate();
      const onProgress = (done: number, total: number) => opens() && report({ done, total });
      return judge(session().model, asks, { signal, onProgress });
    }),
  scores: ({ text }, { turn, signal }) =>
    turn(async () => ({ json: await scoresOf(session().model, text, { signal }) })),
});
