/** The most probable tokens before the chain. A press appends one; the arrows move from one to another. */
import { useSignal } from "@preact/signals";
import { formatLogit, formatShare } from "../../format.ts";
import type { RankedToken } from "../../protocol/next-token.ts";
import { canStep, step } from "../../state/text.ts";
import { strings } from "../../strings.ts";
import { ActionButton } from "../action-button.tsx";
import { TokenName } from "./token-name.tsx";

const MOVES: Readonly<Record<string, (at: number, last: number) => number>> = {
  ArrowDown: (at, last) => Math.min(at + 1, last),
  ArrowUp: (at) => Math.max(at - 1, 0),
  Home: () => 0,
  End: (_, last) => last,
};

export function TopTokens({ tokens }: { readonly tokens: readonly RankedToken[] }) {
  const current = useSignal(0);
  const words = strings.nextToken.top;
  const move = (event: KeyboardEvent & { readonly currentTarget: HTMLElement }) => {
    const to = MOVES[event.key]?.(current.value, tokens.length - 1);
    if (to === undefined) return;
    event.preventDefault();
    current.value = to;
    event.currentTarget.querySelectorAll("button")[to]?.focus();
  };
  return (
    <section>
      <h3 id="top-tokens">{words.heading}</h3>
      <p class="hint">{words.hint}</p>
      <ol class="top-tokens" aria-labelledby="top-tokens" onKeyDown={move}>
        {tokens.map((token, i) => (
          <li key={i} data-id={token.id}>
            <ActionButton
              isAvailable={canStep.value}
              action={() => void step(token.id)}
              tabIndex={i === Math.min(current.value, tokens.length - 1) ? 0 : -1}
              onFocus={() => (current.value = i)}
            >
              <TokenName text={token.text} />{" "}
              <data class="probability" value={token.probability}>
                {formatShare(token.probability)}
              </data>{" "}
              <span class="probability">
                {words.logit} <data value={token.logit}>{formatLogit(token.logit)}</data>
              </span>
            </ActionButton>
          </li>
        ))}
      </ol>
    </section>
  );
}
