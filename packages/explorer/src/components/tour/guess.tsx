/** The reader's guess of the token that will be drawn, and what it was. */
import { formatProbability } from "../../format.ts";
import type { LikelyToken } from "../../protocol/text.ts";
import { drawn, guess } from "../../state/tour.ts";
import { strings } from "../../strings.ts";
import { TokenText } from "../text/token-text.tsx";

export function Guess({ choices }: { readonly choices: readonly LikelyToken[] }) {
  return (
    <fieldset class="guess">
      <legend>{strings.tour.guess}</legend>
      {choices.map(({ id, text }) => (
        <label key={id}>
          <input type="radio" name="guess" checked={guess.value === id} onChange={() => (guess.value = id)} />{" "}
          {text === "" ? strings.emptyToken : <TokenText text={text} />}
        </label>
      ))}
    </fieldset>
  );
}

export function Reveal() {
  const token = drawn.value;
  if (!token) return null;
  return (
    <p>
      {strings.tour.drawn} {token.text === "" ? strings.emptyToken : <TokenText text={token.text} />}{" "}
      {formatProbability(Math.exp(token.logprob))}
      {guess.value !== undefined && ` ${strings.tour.verdict(guess.value === token.id)}`}
    </p>
  );
}
