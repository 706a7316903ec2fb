/** What the worker does for each request. A run takes a turn per token: other requests are answered meanwhile. */
import { yieldToEventLoop } from "@tsgpt/gpt";
import type { Requests, RequestType, RunEnd } from "../protocol.ts";
import { changeSince, describeDistribution, describeLens, describeTokens } from "./describe.ts";
import { frameGate } from "./frame-gate.ts";
import { load } from "./load.ts";
import { back, checkHasText, createSession, encode, endOf, feed, open, type Session, step } from "./session.ts";
import type { Turn } from "./turns.ts";

/** What a handler works with, besides what is asked. */
export interface Job<Type extends RequestType> {
  readonly signal: AbortSignal;
  readonly turn: Turn;
  readonly report: (value: Requests[Type]["reports"]) => void;
}

export type Handlers = {
  readonly [Type in RequestType]: (asks: Requests[Type]["asks"], job: Job<Type>) => Promise<Requests[Type]["gives"]>;
};

/** The handlers of a worker, which has one session at a time. */
export function createHandlers(): Handlers {
  let session: Session | undefined;
  const opened = (): Session => {
    if (!session) throw new RangeError("there is no model yet; load one first");
    return session;
  };
  return {
    load: ({ url }, { turn, report, signal }) =>
      turn(async () => {
        signal.throwIfAborted();
        session?.model.engine.dispose();
        session = undefined;
        const { model, info } = await load(url, report, signal);
        session = createSession(model);
        return info;
      }),
    open: ({ prompt, seed }, { turn, report, signal }) =>
      turn(async () => {
        signal.throwIfAborted();
        const ids = encode(opened(), prompt);
        report(describeTokens(opened().model, ids));
        await open(opened(), ids, seed, signal);
        return changeSince(opened(), 0);
      }),
    step: ({ id }, { turn, signal }) =>
      turn(async () => {
        const kept = withText(opened()).draws.length;
        await step(opened(), id, signal);
        return changeSince(opened(), kept);
      }),
    run: ({ maxTokens }, job) => run(opened, maxTokens, job),
    back: (_, { turn, signal }) =>
      turn(async () => {
        await back(withText(opened()), signal);
        return changeSince(opened(), opened().draws.length);
      }),
    distribution: (_, { turn }) => turn(() => describeDistribution(withText(opened()))),
    lens: ({ position }, { turn, signal }) => turn(() => lens(withText(opened()), position, signal)),
  };
}

function withText(session: Session): Session {
  checkHasText(session);
  return session;
}

async function run(
  opened: () => Session,
  maxTokens: number,
  { turn, signal, report }: Job<"run">,
): Promise<Requests["run"]["gives"]> {
  const opens = frameGate();
  let kept = await turn(() => withText(opened()).draws.length);
  for (;;) {
    const end = await turn(async () => {
      const reason = runEnd(opened(), maxTokens, signal);
      if (!reason) await step(opened(), undefined, signal);
      return reason;
    });
    if (end) return { change: changeSince(opened(), kept), end };
    if (opens()) {
      report(changeSince(opened(), kept));
      kept = opened().draws.length;
    }
    await yieldToEventLoop(); // so that a cancellation, or another request, arrives
  }
}

function runEnd(session: Session, maxTokens: number, signal: AbortSignal): RunEnd | undefined {
  return endOf(session) ?? (session.draws.length >= maxTokens ? "length" : signal.aborted ? "cancelled" : undefined);
}

/** The cache lacks the end of a text if computing another one was cancelled. */
async function lens(session: Session, position: number, signal: AbortSignal) {
  if (session.cache.length < session.history.length) await feed(session, session.history, signal);
  return describeLens(session, position);
}
