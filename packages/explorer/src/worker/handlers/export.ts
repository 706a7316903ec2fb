/** Handlers of sharing and exporting. */
import type { Exported, ExportRequests } from "../../protocol/export.ts";
import { describeDistribution } from "../distribution.ts";
import type { Section } from "../handler.ts";
import { pictureFile } from "../picture.ts";
import { interventionsOf, type Session } from "../session.ts";
import { stateFile, textState } from "../state-file.ts";
import { traceFile } from "../trace.ts";

export const exportHandlers: Section<ExportRequests> = ({ withText }) => ({
  textState: (_, { turn }) => turn(() => textState(withText())),
  export: async ({ what }, { turn, report, signal }) => {
    const work = await turn(() => {
      signal.throwIfAborted();
      const session = withText();
      const { model, history } = session;
      if (what !== "trace") return { isTrace: false, file: fileOf(what, session) } as const;
      return { isTrace: true, model, history, changes: interventionsOf(session) } as const;
    });
    if (!work.isTrace) return { file: work.file };
    // Not a turn: the text may go on while its trace is computed.
    return { file: await traceFile(work.model, work.history, report, signal, work.changes) };
  },
});

function fileOf(what: Exclude<Exported, "trace">, session: Session): Blob {
  switch (what) {
    case "state":
      return jsonFile(stateFile(session));
    case "distribution":
      return jsonFile(distributionFile(session));
    case "picture":
      return new Blob([pictureFile(session)], { type: "image/svg+xml" });
  }
}

function distributionFile(session: Session): object {
  const { logits, probabilities, chain } = describeDistribution(session);
  const steps = chain.map(({ type, kept, mass, entropy, cut }) => ({ type, kept, mass, entropy, cut }));
  return { logits: Array.from(logits), probabilities: Array.from(probabilities), chain: steps };
}

const jsonFile = (value: object): Blob => new Blob([JSON.stringify(value), "\n"], { type: "application/json" });
