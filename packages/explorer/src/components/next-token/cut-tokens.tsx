/** The tokens that a step cut, the most probable first: closed at first, then a part of them at a time. */
import type { StepSpec } from "@tsgpt/sampling";
import { formatInteger, formatShare } from "../../format.ts";
import type { LikelyToken } from "../../protocol/text.ts";
import { cutTokens } from "../../state/next-token.ts";
import { strings } from "../../strings.ts";
import { MoreButton } from "../more-button.tsx";
import { TokenName } from "./token-name.tsx";

const PART = 100;

export interface CutTokensProps {
  readonly type: StepSpec["type"];
  readonly count: number;
  /** Those that are known. */
  readonly tokens: readonly LikelyToken[];
}

export function CutTokens({ type, count, tokens }: CutTokensProps) {
  const words = strings.nextToken.chain;
  const show = (limit: number | undefined) => {
    const { [type]: before, ...others } = cutTokens.peek();
    if (before !== limit) cutTokens.value = limit === undefined ? others : { ...others, [type]: limit };
  };
  const toggle = ({ open }: HTMLDetailsElement) => show(open ? (cutTokens.peek()[type] ?? PART) : undefined);
  return (
    <details open={cutTokens.value[type] !== undefined} onToggle={({ currentTarget }) => toggle(currentTarget)}>
      <summary>{words.cutTokens(count)}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reached by keyboard */}
      <ol class="cut-tokens" aria-label={words.cutTokens(count)} tabIndex={0}>
        {tokens.map(({ id, text, probability }) => (
          <li key={id} data-id={id}>
            <TokenName text={text} /> <span class="probability">{formatShare(probability)}</span>
          </li>
        ))}
      </ol>
      {tokens.length > 0 && tokens.length < count && (
        <MoreButton action={() => show(tokens.length + PART)}>
          {words.more(Math.min(PART, count - tokens.length), formatInteger(count - tokens.length))}
        </MoreButton>
      )}
    </details>
  );
}
