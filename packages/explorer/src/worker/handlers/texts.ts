/** Handlers of the requests of whole texts. Not turns: the page's text may go on while others are judged. */
import type { TextsRequests } from "../../protocol/texts.ts";
import type { Section } from "../handler.ts";
import { judge } from "../judge.ts";
import { markedText } from "../marked-text.ts";
import { textOfSession } from "../state-file.ts";

export const textsHandlers: Section<TextsRequests> = ({ session, withText }) => ({
  judge: async ({ text, watermark }, { turn, signal, reportLatest }) => {
    const onProgress = (done: number, total: number) => reportLatest({ done, total });
    const [model, own] = await turn(() => [session().model, text ?? textOfSession(withText())] as const);
    signal.throwIfAborted();
    return judge(model, { text: own, watermark }, { signal, onProgress });
  },
  writeMarked: async (options, { turn, signal, reportLatest }) => {
    const { model, history, promptLength, opening } = await turn(withText);
    return { text: await markedText({ model, history, promptLength, opening }, options, signal, reportLatest) };
  },
});
