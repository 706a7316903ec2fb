/** A token's text for a canvas: its spaces as marks, as the chips have them. */
import { visibleText } from "@tsgpt/analysis";
import { strings } from "../../strings.ts";

const MARKS: Readonly<Record<string, string>> = { " ": "·", "\n": "↵", "\t": "⇥" };

export function markedText(text: string): string {
  return text === "" ? strings.emptyToken : visibleText(text).replace(/[ \n\t]/g, (space) => MARKS[space] as string);
}
