/** The reader's guess of the token that will be drawn, what it is drawn from, and what it was. */
import { formatInteger, formatProbability } from "../../format.ts";
import type { GeneratedToken, LikelyToken } from "../../protocol/text.ts";
import { ANOTHER, drawn, guess, tourChain } from "../../state/tour.ts";
import { strings } from "../../strings.ts";
import { TokenText } from "../text/token-text.tsx";

interface ChoicesProps {
  readonly choices: readonly LikelyToken[];
}

const nameOf = (text: string) => (text === "" ? strings.emptyToken : <TokenText text={text} />);

export function Guess({ choices }: ChoicesProps) {
  const all = [...choices.map(({ id, text }) => [id, nameOf(text)] as const), [ANOTHER, strings.tour.another] as const];
  return (
    <fieldset class="guess">
      <legend>{strings.tour.guess}</legend>
      {all.map(([id, name]) => (
        <label key={id}>
          <input type="radio" name="guess" checked={guess.value === id} onChange={() => (guess.value = id)} /> {name}
        </label>
      ))}
    </fieldset>
  );
}

/** What the chain leaves of the vocabulary. */
export function ChainFacts() {
  const chain = tourChain.value;
  if (!chain) return null;
  const names = chain.steps.map(({ step }) => (step.type === "temperature" ? `T = ${step.temperature}` : step.type));
  const { kept, vocabSize } = chain.summary;
  return <p>{strings.tour.chain(names, formatInteger(kept), formatInteger(vocabSize))}</p>;
}

/** What was drawn, and once it is appended, what it was after the chain. */
export function Reveal({ choices, isAppended }: ChoicesProps & { readonly isAppended: boolean }) {
  const token = drawn.value;
  if (!token) return null;
  const guessed = guess.value;
  const isRight = guessed === ANOTHER ? choices.every(({ id }) => id !== token.id) : guessed === token.id;
  return (
    <p>
      {strings.tour.drawn} {nameOf(token.text)}
      {isAppended && `, ${strings.tour.after(formatProbability(probabilityOf(token)))}`}
      {isAppended && guessed !== undefined && `, ${strings.tour.verdict(isRight)}`}.
    </p>
  );
}

/** After the chain; of a token that was not drawn from it, the model's own. */
function probabilityOf({ id, logprob }: GeneratedToken): number {
  const chosen = tourChain.value?.draw?.token;
  return chosen?.id === id ? chosen.probability : Math.exp(logprob);
}
