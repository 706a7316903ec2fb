/**
 * A token's text with its spaces made visible. The marks are drawn by the style sheet, so that the text in the document
 * is the token's own; control characters, which could reorder what is around them, are escaped.
 */
import { visibleText } from "@tsgpt/analysis";
import "./token-text.css";

const MARKED: Readonly<Record<string, string>> = { " ": "space", "\n": "newline", "\t": "tab" };

export function TokenText({ text }: { readonly text: string }) {
  const pieces = visibleText(text).match(/[ \n\t]|[^ \n\t]+/g) ?? [];
  return (
    <bdi>
      {pieces.map((piece) => {
        const mark = MARKED[piece];
        return mark ? <span class={mark}>{piece}</span> : piece;
      })}
    </bdi>
  );
}
