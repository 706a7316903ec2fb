/** Handlers of sharing and exporting. */
import type { Exported, ExportRequests } from "../../protocol/export.ts";
import { describeDistribution } from "../distribution.ts";
import type { Section } from "../handler.ts";
import { pictureFile } from "../picture.ts";
import type { Session } from "../session.ts";
import { stateFile, textState } from "../state-file.ts";
import { traceFile } from "../trace.ts";

export const exportHandlers: Section<ExportRequests> = ({ withText }) => ({
  textState: (_, { turn }) => turn(() => textState(withText())),
  export: async ({ what }, { turn, report, signal }) => {
    const { model, ids, file } = await turn(() => {
      signal.throwIfAborted();
      const session = withText();
      return { model: session.model, ids: session.history, file: what === "trace" ? undefined : fileOf(what, session) };
    });
    // A trace is not a turn: the text may go on while it is computed.
    return { file: file ?? (await traceFile(model, ids, report, signal)) };
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
