/** A token's text for a canvas: its spaces as marks, as the chips have them. */
import { visibleText } from "@tsgpt/analysis";
import { markSpaces } from "../../format.ts";
import { strings } from "../../strings.ts";

/** A vocabulary has so many texts at most, and a run shows the same ones again in every frame. */
const known = new Map<string, string>();

export function markedText(text: string): string {
  let marked = known.get(text);
  if (marked === undefined) {
    marked = text === "" ? strings.emptyToken : markSpaces(visibleText(text));
    known.set(text, marked);
  }
  return marked;
}
