/** Handlers of sharing and exporting. */
import type { Exported, ExportRequests } from "../../protocol/export.ts";
import { describeDistribution } from "../distribution.ts";
import type { Section } from "../handler.ts";
import { scoresOf } from "../judge.ts";
import { pictureFile } from "../picture.ts";
import { interventionsOf, type Session } from "../session.ts";
import { stateFile, textOfSession, textState } from "../state-file.ts";
import { traceFile } from "../trace.ts";

export const exportHandlers: Section<ExportRequests> = ({ withText }) => ({
  textState: (_, { turn }) => turn(() => textState(withText())),
  export: async (asks, { turn, report, reportLatest, signal }) => {
    const work = await turn(() => {
      signal.throwIfAborted();
      const session = withText();
      const { model, history } = session;
      if (asks.what === "scores") {
        const { texts = [undefined] } = asks;
        return { what: asks.what, model, texts: texts.map((text) => text ?? textOfSession(session)) } as const;
      }
      if (asks.what === "trace") return { what: asks.what, model, history, changes: interventionsOf(session) } as const;
      return { what: asks.what, file: fileOf(asks.what, session, asks.page) } as const;
    });
    // Not turns: the text may go on while its trace or its scores are computed.
    switch (work.what) {
      case "trace":
        return { file: await traceFile(work.model, work.history, report, signal, work.changes) };
      case "scores": {
        const onProgress = (done: number, total: number) => reportLatest(done / total);
        const json = await scoresOf(work.model, work.texts, { signal, onProgress });
        return { file: new Blob([json], { type: "application/json" }) };
      }
      default:
        return { file: work.file };
    }
  },
});

type Page = ExportRequests["export"]["asks"]["page"];

function fileOf(what: Exclude<Exported, "trace" | "scores">, session: Session, page: Page): Blob {
  switch (what) {
    case "state":
      return jsonFile(stateFile(session, page));
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
