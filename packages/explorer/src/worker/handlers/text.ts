/** Handlers of the text's requests. A run takes a turn per token: other requests are answered meanwhile. */
import { yieldToEventLoop } from "@tsgpt/gpt";
import type { RunEnd, TextRequests } from "../../protocol/text.ts";
import { changeSince, describeTokens } from "../describe.ts";
import { frameGate } from "../frame-gate.ts";
import type { Job, Section } from "../handler.ts";
import { back, checkFits, encode, endOf, open, type Session, setSampling, step } from "../session.ts";
import { describeToken } from "../token.ts";
import type { Workplace } from "../workplace.ts";

export const textHandlers: Section<TextRequests> = (workplace) => {
  const { session, withText, useNext } = workplace;
  return {
    open: (opening, { turn, report, signal }) =>
      turn(async () => {
        signal.throwIfAborted();
        useNext();
        const ids = encode(session(), opening.prompt);
        checkFits(session(), ids); // before the page shows a text that will not be opened
        report(describeTokens(session().model, ids));
        await open(session(), ids, opening, signal);
        return changeSince(session(), 0);
      }),
    step: ({ id }, { turn, signal }) =>
      turn(async () => {
        const kept = withText().draws.length;
        await step(session(), id, signal);
        return changeSince(session(), kept);
      }),
    run: ({ maxTokens }, job) => run(workplace, maxTokens, job),
    back: (_, { turn, signal }) =>
      turn(async () => {
        await back(withText(), signal);
        return changeSince(session(), session().draws.length);
      }),
    text: (_, { turn }) =>
      turn(() => {
        const { model, history, promptLength } = withText();
        return { prompt: describeTokens(model, history.slice(0, promptLength)), change: changeSince(session(), 0) };
      }),
    token: ({ id }, { turn }) => turn(() => describeToken(session().model, id)),
    sampling: (sampling, { turn }) =>
      turn(() => {
        setSampling(session(), sampling);
        return { chain: session().chain };
      }),
  };
};

async function run(
  { session, withText }: Workplace,
  maxTokens: number,
  { turn, signal, report }: Job<"run">,
): Promise<TextRequests["run"]["gives"]> {
  const opens = frameGate();
  let kept = await turn(() => withText().draws.length);
  for (;;) {
    const end = await turn(async () => {
      const reason = runEnd(session(), maxTokens, signal);
      if (!reason) await step(session(), undefined, signal);
      return reason;
    });
    if (end) return { change: changeSince(session(), kept), end };
    if (opens()) {
      report(changeSince(session(), kept));
      kept = session().draws.length;
    }
    await yieldToEventLoop(); // so that a cancellation, or another request, arrives
  }
}

function runEnd(session: Session, maxTokens: number, signal: AbortSignal): RunEnd | undefined {
  return endOf(session) ?? (session.draws.length >= maxTokens ? "length" : signal.aborted ? "cancelled" : undefined);
}
