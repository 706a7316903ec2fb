/**
 * The most probable tokens before the chain. A press appends one, its logit opens as a number. Up and down move from
 * token to token, left and right between a token and its logit.
 */
import { useSignal } from "@preact/signals";
import { keyOf } from "@tsgpt/gpt";
import { formatLogit, formatShare } from "../../format.ts";
import type { RankedToken } from "../../protocol/next-token.ts";
import { canStep, step, tokens as text } from "../../state/text.ts";
import { strings } from "../../strings.ts";
import { ActionButton } from "../action-button.tsx";
import { NumberButton } from "../number/number-button.tsx";
import { TokenName } from "./token-name.tsx";

/** Of the buttons, two for each token. */
const MOVES: Readonly<Record<string, (at: number, last: number) => number>> = {
  ArrowDown: (at, last) => (at + 2 > last ? at : at + 2),
  ArrowUp: (at) => (at < 2 ? at : at - 2),
  ArrowRight: (at) => at | 1,
  ArrowLeft: (at) => at & ~1,
  Home: (at) => at & 1,
  End: (at, last) => last - 1 + (at & 1),
};

export function TopTokens({ tokens }: { readonly tokens: readonly RankedToken[] }) {
  const chosen = useSignal(0);
  const current = Math.min(chosen.value, 2 * tokens.length - 1);
  const words = strings.nextToken.top;
  const choose = (at: number) => {
    chosen.value = at;
  };
  const stop = (at: number) => ({ tabIndex: at === current ? 0 : -1, onFocus: () => choose(at) });
  const move = (event: KeyboardEvent & { readonly currentTarget: HTMLElement }) => {
    const to = MOVES[event.key]?.(current, 2 * tokens.length - 1);
    if (to === undefined) return;
    event.preventDefault();
    choose(to);
    event.currentTarget.querySelectorAll("button")[to]?.focus();
  };
  return (
    <section>
      <h3 id="top-tokens">{words.heading}</h3>
      <p class="hint">{words.hint}</p>
      <ol class="top-tokens" aria-labelledby="top-tokens" onKeyDown={move}>
        {tokens.map(({ id, text: name, probability, logit }, i) => (
          <li key={i} data-id={id}>
            <ActionButton isAvailable={canStep.value} action={() => void step(id)} {...stop(2 * i)}>
              <TokenName text={name} />{" "}
              <data class="probability" value={probability}>
                {formatShare(probability)}
              </data>
            </ActionButton>
            <span class="logit">
              {words.logit}{" "}
              <NumberButton
                tensor={keyOf("logits", 0)}
                index={[text.value.length - 1, id]}
                value={logit}
                shown={formatLogit(logit)}
                {...stop(2 * i + 1)}
              />
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
