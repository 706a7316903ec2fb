/** A token of the text: its text and id, under a button that opens it. */
import { visibleText } from "@tsgpt/analysis";
import { strings } from "../../strings.ts";
import { TokenText } from "./token-text.tsx";

export interface ChipProps {
  /** Its position in the text, from 0. */
  readonly at: number;
  readonly id: number;
  readonly text: string;
  readonly isGenerated: boolean;
  /** Whether the last pass computed it; otherwise it came from the cache. */
  readonly isComputed: boolean;
  readonly isChosen: boolean;
  readonly isOpen: boolean;
  readonly isTabStop: boolean;
}

/** The button's name is not the token's text, which may be "Next" or a space; the text is its description. */
export function Chip({ at, id, text, isGenerated, isComputed, isChosen, isOpen, isTabStop }: ChipProps) {
  const kinds = [isGenerated ? "generated-token" : "prompt-token", isComputed && "computed", isChosen && "chosen"];
  return (
    <li class={kinds.filter(Boolean).join(" ")} data-id={id}>
      <TokenText text={text} />
      <button
        type="button"
        data-position={at}
        tabIndex={isTabStop ? 0 : -1}
        aria-label={strings.text.position(at)}
        aria-description={visibleText(text)}
        aria-current={isChosen ? "true" : undefined}
        aria-expanded={isOpen}
      />
    </li>
  );
}
