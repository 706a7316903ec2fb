/** The text of a token, or words for one that has none. */
import { strings } from "../../strings.ts";
import { TokenText } from "../text/token-text.tsx";

export function TokenName({ text }: { readonly text: string }) {
  return text === "" ? strings.emptyToken : <TokenText text={text} />;
}
