/** From ids to text that can be shown: completes characters and detects stop strings, across token boundaries. */
import type { Model } from "../model.ts";
import { stopStrings } from "./stop-strings.ts";

/** Takes ids, returns text that can be shown; `final` releases what was held back. */
export type TextStream = (id: number | undefined, final: boolean) => { text: string; stopped: boolean };

/** The text of a model's ids, "" without a tokenizer. @throws RangeError for an empty stop string */
export function textStream({ tokenizer }: Model, stop: readonly string[]): TextStream {
  const decoder = tokenizer?.streamingDecoder();
  const stops = stopStrings(stop);
  return (id, final) => {
    const decoded = (id === undefined ? "" : (decoder?.push(id) ?? "")) + (final ? (decoder?.end() ?? "") : "");
    const { text, stopped } = stops.push(decoded);
    return { text: final && !stopped ? text + stops.end() : text, stopped };
  };
}
